//! Files to syntax trees.
