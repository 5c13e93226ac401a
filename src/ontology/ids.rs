//! Ids of what an ontology declares, and sets of kinds.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u16);
        impl $name {
            /// Position in the ontology's vector.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(
    /// Index into [`super::Ontology::kinds`].
    KindId
);
id!(
    /// Index into [`super::Ontology::interfaces`].
    InterfaceId
);
id!(
    /// Index into [`super::Ontology::properties`]. A property name has one type in the whole ontology.
    PropId
);
id!(
    /// Index into [`super::Ontology::relationships`].
    RelId
);
id!(
    /// Index into [`super::Ontology::enums`].
    EnumId
);
id!(
    /// Index into [`super::Ontology::structs`].
    StructId
);
id!(
    /// Index into [`super::Ontology::derived`].
    DerivedId
);

/// A set of kinds, one bit a kind; an ontology has at most 64 kinds (an error of `resolve` beyond).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct KindSet(pub u64);

impl KindSet {
    /// No kind.
    pub const EMPTY: KindSet = KindSet(0);
    /// The set of one kind.
    pub fn one(kind: KindId) -> Self {
        KindSet(1 << kind.0)
    }
    /// Whether `kind` is in the set.
    pub fn contains(self, kind: KindId) -> bool {
        self.0 & (1 << kind.0) != 0
    }
    /// Adds a kind.
    pub fn insert(&mut self, kind: KindId) {
        self.0 |= 1 << kind.0;
    }
    /// Kinds in both sets.
    pub fn and(self, other: KindSet) -> KindSet {
        KindSet(self.0 & other.0)
    }
    /// Kinds in either set.
    pub fn or(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }
    /// Whether no kind is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
    /// Whether every kind of `other` is in the set.
    pub fn includes(self, other: KindSet) -> bool {
        other.0 & !self.0 == 0
    }
    /// How many kinds.
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }
    /// The kinds, ascending.
    pub fn iter(self) -> impl Iterator<Item = KindId> {
        (0..64u16).filter(move |i| self.0 & (1 << i) != 0).map(KindId)
    }
}

impl FromIterator<KindId> for KindSet {
    fn from_iter<T: IntoIterator<Item = KindId>>(kinds: T) -> Self {
        let mut set = KindSet::EMPTY;
        kinds.into_iter().for_each(|kind| set.insert(kind));
        set
    }
}

impl fmt::Debug for KindSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|k| k.0)).finish()
    }
}
