//! The words of the ontology that the generator uses, found once. No other Rust file names kinds and relationships but for what the API
//! fixes: this is data that the program makes, in the shipped ontology, and another ontology may lack what it needs. Then [`Missing`] says what.

use crate::graph::Value;
use crate::ontology::{KindId, Ontology, PropId, RelId, StructId, ValueType};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Words with their spelling in the ontology.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($word:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum $name { $($word),* }
        impl $name {
            /// All.
            pub const ALL: &[$name] = &[$($name::$word),*];
            /// As the ontology spells it.
            pub fn text(self) -> &'static str {
                match self { $($name::$word => $text),* }
            }
        }
    };
}

words!(
    /// Kinds.
    Kind {
        Agency = "Agency", Association = "Association", Body = "Body", Certificate = "Certificate", Company = "Company",
        Cooperation = "Cooperation", Document = "Document", Event = "Event", Honour = "Honour", Hospital = "Hospital",
        Indicator = "Indicator", Initiative = "Initiative", InnovationPlatform = "InnovationPlatform", Lab = "Lab", Office = "Office",
        Park = "Park", Person = "Person", Policy = "Policy", PolicyRule = "PolicyRule", Product = "Product", Project = "Project",
        Proposal = "Proposal", Region = "Region", ResearchInstitute = "ResearchInstitute", Roster = "Roster", Sector = "Sector",
        ServiceStation = "ServiceStation", Technology = "Technology", University = "University",
    }
);

words!(
    /// Properties of entities.
    Prop {
        Asks = "asks", AwardLevel = "awardLevel", Caps = "caps", CertificateType = "certificateType", ChainPosition = "chainPosition",
        Code = "code", Conditions = "conditions", CoversFrom = "coversFrom", CoversUntil = "coversUntil", CreditCode = "creditCode",
        DeviceClass = "deviceClass", Edition = "edition", Form = "form", FoundedOn = "foundedOn", HeldOn = "heldOn",
        Identified = "identified", IndicatorType = "indicatorType", InitiativeType = "initiativeType", InventionPatent = "inventionPatent",
        Ladder = "ladder", Level = "level", MembersComplete = "membersComplete", Number = "number", ParkType = "parkType", Per = "per",
        PolicyType = "policyType", ProjectType = "projectType", ProposalType = "proposalType", PublishedOn = "publishedOn",
        ReviewRoute = "reviewRoute", Rung = "rung", Session = "session", Stage = "stage", State = "state", StatedSize = "statedSize",
        Tiers = "tiers", Title = "title", When = "when", WrittenOn = "writtenOn",
    }
);

words!(
    /// Relationships.
    Rel {
        Acquired = "ACQUIRED", Answers = "ANSWERS", AppliesIn = "APPLIES_IN", Concerns = "CONCERNS", Courts = "COURTS",
        Declares = "DECLARES", HasMember = "HAS_MEMBER", HasRule = "HAS_RULE", Holds = "HOLDS", HoldsOffice = "HOLDS_OFFICE",
        Implements = "IMPLEMENTS", InSector = "IN_SECTOR", Issued = "ISSUED", LocatedIn = "LOCATED_IN", Makes = "MAKES",
        OfficeOf = "OFFICE_OF", PartOf = "PART_OF", PossiblySameAs = "POSSIBLY_SAME_AS", RespondsTo = "RESPONDS_TO",
        SentTo = "SENT_TO", Submitted = "SUBMITTED", Supplies = "SUPPLIES", TakesPartIn = "TAKES_PART_IN",
    }
);

pub(super) const AWARD_LEVELS: [&str; 3] = ["COUNTRY", "PROVINCE", "PREFECTURE"];
pub(super) const CERTIFICATES: [&str; 4] = ["REGISTRATION", "REGISTRATION", "PRODUCTION_LICENCE", "INTERNATIONAL"];
pub(super) const CLAIMS: [&str; 5] = ["PILLAR", "STRENGTH", "BASE", "FOCUS", "GAP"];
pub(super) const CLASSES: [&str; 4] = ["I", "II", "II", "III"];
pub(super) const COURTSHIP: [&str; 6] = ["CONTACTED", "INTENT", "SIGNED", "SETTLED", "UNDER_CONSTRUCTION", "OPERATING"];
/// Contract manufacture first: it is the most frequent.
pub(super) const FORMS: [&str; 6] =
    ["CONTRACT_MANUFACTURING", "JOINT_RESEARCH", "CLINICAL_TRIAL", "AGREEMENT", "TECHNOLOGY_TRANSFER", "TALENT"];
pub(super) const INDICATORS: [&str; 5] = ["COUNT", "AMOUNT", "GROWTH", "SHARE", "RANK"];
pub(super) const INITIATIVES: [&str; 5] = ["PROGRAMME", "CAMPAIGN", "SERVICE", "FUNDING", "MEASURE"];
pub(super) const LEVELS: [&str; 7] =
    ["COUNTRY", "PROVINCE", "MUNICIPALITY", "SPECIAL_REGION", "PREFECTURE", "COUNTY", "AREA"];
pub(super) const PARKS: [&str; 5] = ["ZONE", "INDUSTRIAL_PARK", "TOWN", "PLOT", "CLUSTER"];
pub(super) const POLICIES: [&str; 5] = ["PLAN", "OPINION", "MEASURE", "SCHEME", "GUIDE"];
pub(super) const POSITIONS: [&str; 3] = ["UPSTREAM", "MIDSTREAM", "DOWNSTREAM"];
pub(super) const PROJECTS: [&str; 4] = ["INVESTMENT", "RESEARCH", "CONVERSION", "PRODUCTION_BASE"];
pub(super) const PROPOSALS: [&str; 2] = ["SUGGESTION", "MOTION"];
pub(super) const ROUTES: [&str; 3] = ["SPECIAL_REVIEW", "PRIORITY", "ORDINARY"];
/// In the order in which they are reached.
pub(super) const STAGES: [&str; 4] = ["PLANNED", "APPROVED", "UNDER_CONSTRUCTION", "OPERATING"];
/// Likewise.
pub(super) const STATES: [&str; 3] = ["DRAFT", "TRIAL", "IN_FORCE"];
const PAID_PER: [&str; 2] = ["PRODUCT", "COMPANY"];
const ROLES: [&str; 18] = [
    "LEAD",
    "HOST",
    "MEMBER",
    "SIGNATORY",
    "PRINCIPAL",
    "MANUFACTURER",
    "TRIAL_SITE",
    "DEVELOPER",
    "PARTNER",
    "BUILDER",
    "SEAT",
    "PROVIDER",
    "BENEFICIARY",
    "UNDERTAKER",
    "SUPPORTER",
    "SPEAKER",
    "ATTENDEE",
    "CHAIN_LEADER",
];

/// Which kinds need which properties.
const KINDS: &[(Kind, &[Prop])] = &[
    (Kind::Certificate, &[Prop::CertificateType, Prop::DeviceClass]),
    (Kind::Company, &[Prop::CreditCode, Prop::Identified, Prop::FoundedOn]),
    (Kind::Cooperation, &[Prop::Form]),
    (Kind::Document, &[Prop::Number, Prop::Title, Prop::WrittenOn, Prop::PublishedOn]),
    (Kind::Event, &[Prop::HeldOn, Prop::Edition]),
    (Kind::Honour, &[Prop::Ladder, Prop::Rung, Prop::AwardLevel]),
    (Kind::Indicator, &[Prop::IndicatorType]),
    (Kind::Initiative, &[Prop::InitiativeType]),
    (Kind::InnovationPlatform, &[Prop::Stage]),
    (Kind::Lab, &[Prop::Stage]),
    (Kind::Park, &[Prop::ParkType, Prop::Stage]),
    (Kind::Policy, &[Prop::Number, Prop::PolicyType, Prop::State, Prop::CoversFrom, Prop::CoversUntil]),
    (Kind::PolicyRule, &[Prop::State, Prop::Per, Prop::Conditions, Prop::When, Prop::Tiers, Prop::Caps]),
    (Kind::Product, &[Prop::DeviceClass, Prop::ReviewRoute, Prop::InventionPatent]),
    (Kind::Project, &[Prop::Stage, Prop::ProjectType]),
    (Kind::Proposal, &[Prop::Number, Prop::Session, Prop::ProposalType, Prop::Asks]),
    (Kind::Region, &[Prop::Code, Prop::Level]),
    (Kind::Roster, &[Prop::StatedSize, Prop::MembersComplete]),
    (Kind::Sector, &[Prop::ChainPosition]),
    (Kind::ServiceStation, &[Prop::Stage]),
];

/// What the values of an enum or text must be able to say.
const VALUES: &[(Prop, &[&str])] = &[
    (Prop::AwardLevel, &AWARD_LEVELS),
    (Prop::CertificateType, &CERTIFICATES),
    (Prop::ChainPosition, &POSITIONS),
    (Prop::DeviceClass, &CLASSES),
    (Prop::Form, &FORMS),
    (Prop::IndicatorType, &INDICATORS),
    (Prop::InitiativeType, &INITIATIVES),
    (Prop::Level, &LEVELS),
    (Prop::ParkType, &PARKS),
    (Prop::Per, &PAID_PER),
    (Prop::PolicyType, &POLICIES),
    (Prop::ProjectType, &PROJECTS),
    (Prop::ProposalType, &PROPOSALS),
    (Prop::ReviewRoute, &ROUTES),
    (Prop::Stage, &STAGES),
    (Prop::State, &STATES),
];

/// The property that stands on the edges of a relationship, where it has one, and what it must be able to say.
const EDGES: &[(Rel, &str, &[&str])] = &[
    (Rel::Courts, "stage", &COURTSHIP),
    (Rel::Declares, "claim", &CLAIMS),
    (Rel::Holds, "rank", &[]),
    (Rel::Issued, "role", &["ISSUER", "DRAFTER"]),
    (Rel::LocatedIn, "role", &["SITE", "PRODUCTION", "VENUE", "SERVICE_AREA"]),
    (Rel::Makes, "brand", &[]),
    (Rel::RespondsTo, "ask", &[]),
    (Rel::SentTo, "role", &["RECIPIENT", "COPY"]),
    (Rel::Supplies, "goods", &[]),
    (Rel::TakesPartIn, "role", &ROLES),
];

/// Which ends a relationship must be able to join.
pub(super) const JOINS: &[(Rel, Kind, Kind)] = &[
    (Rel::Acquired, Kind::Company, Kind::Company),
    (Rel::Answers, Kind::Document, Kind::Proposal),
    (Rel::AppliesIn, Kind::Policy, Kind::Region),
    (Rel::AppliesIn, Kind::PolicyRule, Kind::Region),
    (Rel::Concerns, Kind::Certificate, Kind::Product),
    (Rel::Concerns, Kind::Cooperation, Kind::Product),
    (Rel::Concerns, Kind::Event, Kind::Sector),
    (Rel::Concerns, Kind::Initiative, Kind::Sector),
    (Rel::Concerns, Kind::Policy, Kind::Sector),
    (Rel::Concerns, Kind::PolicyRule, Kind::Sector),
    (Rel::Concerns, Kind::Project, Kind::Product),
    (Rel::Concerns, Kind::Proposal, Kind::Sector),
    (Rel::Concerns, Kind::Technology, Kind::Product),
    (Rel::Courts, Kind::Region, Kind::Company),
    (Rel::Declares, Kind::Region, Kind::Sector),
    (Rel::HasMember, Kind::Roster, Kind::Company),
    (Rel::HasRule, Kind::Policy, Kind::PolicyRule),
    (Rel::Holds, Kind::Company, Kind::Certificate),
    (Rel::Holds, Kind::Company, Kind::Honour),
    (Rel::Holds, Kind::Product, Kind::Certificate),
    (Rel::HoldsOffice, Kind::Person, Kind::Office),
    (Rel::Implements, Kind::Initiative, Kind::Policy),
    (Rel::InSector, Kind::Company, Kind::Sector),
    (Rel::InSector, Kind::InnovationPlatform, Kind::Sector),
    (Rel::InSector, Kind::Lab, Kind::Sector),
    (Rel::InSector, Kind::Park, Kind::Sector),
    (Rel::InSector, Kind::Product, Kind::Sector),
    (Rel::InSector, Kind::Project, Kind::Sector),
    (Rel::InSector, Kind::Technology, Kind::Sector),
    (Rel::Issued, Kind::Agency, Kind::Document),
    (Rel::Issued, Kind::Agency, Kind::Policy),
    (Rel::Issued, Kind::Agency, Kind::Roster),
    (Rel::LocatedIn, Kind::Agency, Kind::Region),
    (Rel::LocatedIn, Kind::Company, Kind::Park),
    (Rel::LocatedIn, Kind::Company, Kind::Region),
    (Rel::LocatedIn, Kind::Cooperation, Kind::Region),
    (Rel::LocatedIn, Kind::Event, Kind::Region),
    (Rel::LocatedIn, Kind::Hospital, Kind::Region),
    (Rel::LocatedIn, Kind::InnovationPlatform, Kind::Region),
    (Rel::LocatedIn, Kind::Lab, Kind::Region),
    (Rel::LocatedIn, Kind::Park, Kind::Region),
    (Rel::LocatedIn, Kind::Product, Kind::Region),
    (Rel::LocatedIn, Kind::Project, Kind::Region),
    (Rel::LocatedIn, Kind::ResearchInstitute, Kind::Region),
    (Rel::LocatedIn, Kind::ServiceStation, Kind::Region),
    (Rel::LocatedIn, Kind::University, Kind::Region),
    (Rel::LocatedIn, Kind::Association, Kind::Region),
    (Rel::LocatedIn, Kind::Body, Kind::Region),
    (Rel::Makes, Kind::Company, Kind::Product),
    (Rel::OfficeOf, Kind::Office, Kind::Agency),
    (Rel::PartOf, Kind::Company, Kind::Company),
    (Rel::PartOf, Kind::Honour, Kind::Honour),
    (Rel::PartOf, Kind::Region, Kind::Region),
    (Rel::PartOf, Kind::Sector, Kind::Sector),
    (Rel::PossiblySameAs, Kind::Company, Kind::Company),
    (Rel::RespondsTo, Kind::Initiative, Kind::Proposal),
    (Rel::SentTo, Kind::Document, Kind::Agency),
    (Rel::Submitted, Kind::Association, Kind::Proposal),
    (Rel::Supplies, Kind::Company, Kind::Company),
    (Rel::TakesPartIn, Kind::Agency, Kind::Body),
    (Rel::TakesPartIn, Kind::Agency, Kind::Event),
    (Rel::TakesPartIn, Kind::Agency, Kind::Initiative),
    (Rel::TakesPartIn, Kind::Agency, Kind::ServiceStation),
    (Rel::TakesPartIn, Kind::Company, Kind::Body),
    (Rel::TakesPartIn, Kind::Company, Kind::Cooperation),
    (Rel::TakesPartIn, Kind::Company, Kind::Event),
    (Rel::TakesPartIn, Kind::Company, Kind::Initiative),
    (Rel::TakesPartIn, Kind::Company, Kind::InnovationPlatform),
    (Rel::TakesPartIn, Kind::Company, Kind::Lab),
    (Rel::TakesPartIn, Kind::Company, Kind::Project),
    (Rel::TakesPartIn, Kind::Hospital, Kind::Cooperation),
    (Rel::TakesPartIn, Kind::ResearchInstitute, Kind::Cooperation),
    (Rel::TakesPartIn, Kind::University, Kind::Cooperation),
    (Rel::TakesPartIn, Kind::University, Kind::InnovationPlatform),
    (Rel::TakesPartIn, Kind::University, Kind::Lab),
];

/// The value objects of a policy's rule and of a proposal: the property that holds them, and their fields.
const BLOCKS: &[(Prop, &[&str])] = &[
    (Prop::Asks, &["number", "zh", "en"]),
    (Prop::Caps, &["amount", "unit", "per", "period"]),
    (Prop::Conditions, &["index", "parent", "op", "attribute", "operator", "value", "basis", "doubt"]),
    (Prop::Tiers, &["when", "award"]),
];

/// What an ontology lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing(pub Vec<String>);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an industry is generated in the shipped ontology, and this one lacks what it needs; add it, or leave out --schema:\n{}",
            self.0.join("\n")
        )
    }
}

impl std::error::Error for Missing {}

/// The words as the ontology's ids.
pub(super) struct Terms {
    kinds: Vec<KindId>,
    properties: Vec<PropId>,
    relationships: Vec<RelId>,
    /// Position of the one property on each relationship's edges.
    edges: Vec<Option<u8>>,
    /// Texts that many statements share.
    texts: HashMap<&'static str, Arc<str>>,
}

impl Terms {
    /// Finds them.
    pub fn of(ontology: &Ontology) -> Result<Terms, Missing> {
        let mut lacks: Vec<String> = Vec::new();
        let mut found = |what: &str, text: &str, id: Option<u16>| {
            if id.is_none() {
                lacks.push(format!("- {what} {text}"));
            }
            id.unwrap_or(0)
        };
        let kind =
            |kind: &Kind| KindId(found("the kind", kind.text(), ontology.kind_named(kind.text()).map(|id| id.0)));
        let kinds = Kind::ALL.iter().map(kind).collect();
        let property = |prop: &Prop| {
            PropId(found("the property", prop.text(), ontology.property_named(prop.text()).map(|id| id.0)))
        };
        let properties = Prop::ALL.iter().map(property).collect();
        let relationship = |rel: &Rel| {
            RelId(found("the relationship", rel.text(), ontology.relationship_named(rel.text()).map(|id| id.0)))
        };
        let relationships = Rel::ALL.iter().map(relationship).collect();
        let mut terms =
            Terms { kinds, properties, relationships, edges: vec![None; Rel::ALL.len()], texts: HashMap::new() };
        if lacks.is_empty() {
            terms.check(ontology, &mut lacks);
        }
        if lacks.is_empty() { Ok(terms) } else { Err(Missing(lacks)) }
    }

    /// What kinds, values, edges and value objects must have; finds the places of edges' properties.
    fn check(&mut self, ontology: &Ontology, lacks: &mut Vec<String>) {
        for (kind, props) in KINDS {
            let own = &ontology.kind(self.kind(*kind)).properties;
            let without = props.iter().filter(|prop| !own.contains(&self.prop(**prop)));
            lacks.extend(without.map(|prop| format!("- the property {} of {}", prop.text(), kind.text())));
        }
        for (prop, values) in VALUES {
            says(ontology, &ontology.property(self.prop(*prop)).ty, values, prop.text(), lacks);
        }
        for (rel, name, values) in EDGES {
            let declared = &ontology.relationship(self.rel(*rel)).properties;
            match declared.iter().position(|property| *property.name == **name) {
                Some(at) => {
                    says(ontology, &declared[at].ty, values, &format!("{name} of {}", rel.text()), lacks);
                    self.edges[*rel as usize] = Some(at as u8);
                }
                None => lacks.push(format!("- the property {name} on {}", rel.text())),
            }
        }
        for (rel, from, to) in JOINS {
            let allowed = ontology.relationship(self.rel(*rel)).allowed.get(self.kind(*from).index());
            if !allowed.is_some_and(|kinds| kinds.contains(self.kind(*to))) {
                lacks.push(format!("- {} from {} to {}", rel.text(), from.text(), to.text()));
            }
        }
        for (prop, names) in BLOCKS {
            let fields = block(ontology, self.prop(*prop)).map(|id| &ontology.structure(id).fields);
            let has = |name: &&&str| fields.is_some_and(|fields| fields.iter().any(|field| *field.name == ***name));
            lacks.extend(
                names.iter().filter(|name| !has(name)).map(|name| format!("- the field {name} in {}", prop.text())),
            );
        }
        let values = VALUES.iter().map(|(_, values)| *values).chain(EDGES.iter().map(|(_, _, values)| *values));
        let shared = values.flatten().chain(super::words::SECTIONS).chain(super::words::GOODS).chain(&SUPPORTED);
        self.texts = shared.map(|text| (*text, Arc::from(*text))).collect();
    }

    /// A kind.
    pub fn kind(&self, kind: Kind) -> KindId {
        self.kinds[kind as usize]
    }
    /// A property.
    pub fn prop(&self, prop: Prop) -> PropId {
        self.properties[prop as usize]
    }
    /// A relationship.
    pub fn rel(&self, rel: Rel) -> RelId {
        self.relationships[rel as usize]
    }
    /// A value of the property on a relationship's edges.
    pub fn on_edge(&self, rel: Rel, value: Value) -> Vec<(u8, Value)> {
        self.edges[rel as usize].map(|at| (at, value)).into_iter().collect()
    }
    /// A text, shared where many have it.
    pub fn text(&self, text: &'static str) -> Arc<str> {
        self.texts.get(text).cloned().unwrap_or_else(|| text.into())
    }
    /// The same as a value.
    pub fn value(&self, text: &'static str) -> Value {
        Value::Str(self.text(text))
    }
}

/// What citations support, where it is told.
pub(super) const SUPPORTED: [&str; 3] = ["names", "since", "foundedOn"];

/// A property's value objects.
pub(super) fn block(ontology: &Ontology, property: PropId) -> Option<StructId> {
    match &ontology.property(property).ty {
        ValueType::Struct(id) => Some(*id),
        ValueType::List(inner) => match **inner {
            ValueType::Struct(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// Notes the values that an enum lacks.
fn says(ontology: &Ontology, ty: &ValueType, values: &[&str], of: &str, lacks: &mut Vec<String>) {
    let known: &[_] = match ty {
        ValueType::Enum(id) => &ontology.enumeration(*id).values,
        _ => &[],
    };
    let unknown = values.iter().filter(|value| !known.iter().any(|known| *known.name == ***value));
    lacks.extend(unknown.map(|value| format!("- the value {value} of {of}")));
}
