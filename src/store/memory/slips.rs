//! Search keys by their first blocks with a character left out, so that a text with slips finds its keys without a walk over all.

use crate::graph::naming::slip;

/// Which keys have which variant of the first block ([`slip::variants`]). Eight bytes a variant: 56 of a key of 12 characters, 136 at most.
#[derive(Default)]
pub(super) struct SlipIndex {
    /// Hash of a variant, then the number of a key that has it; ascending, each pair once.
    entries: Vec<u64>,
}

impl SlipIndex {
    /// Takes in a key.
    pub(super) fn add(&mut self, number: u32, key: &str) {
        let key: Vec<char> = key.chars().collect();
        if let Some([first, _]) = slip::blocks(&key) {
            self.entries.extend(slip::variants(first).iter().map(|variant| entry(hash(variant), number)));
        }
    }

    /// To be called when all keys are in.
    pub(super) fn settle(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.shrink_to_fit();
    }

    /// The keys that a text may match with slips, ascending, each once. Not all of them do: hashes may agree by chance, and the second
    /// blocks were not looked at.
    pub(super) fn candidates(&self, text: &[char]) -> Vec<u32> {
        let mut hashes: Vec<u32> = slip::cuts(text)
            .iter()
            .flat_map(|[first, _]| slip::variants(first))
            .map(|variant| hash(&variant))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut keys = Vec::new();
        for hash in hashes {
            let low = self.entries.partition_point(|at| *at < entry(hash, 0));
            let same = self.entries[low..].iter().take_while(|at| (*at >> 32) as u32 == hash);
            keys.extend(same.map(|at| *at as u32));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

fn entry(hash: u32, key: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(key)
}

/// FNV-1a.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
