//! What a list of entities has beside its filter: its order, its pages, its aggregate.

use super::generate::{Writer, described, labels};
use crate::ontology::{Described, Labels, Link, Target, ValueType};
use std::fmt::Write;
use std::sync::Arc;

/// Whether entities can be ordered by a property of this type.
pub fn is_sortable(ty: &ValueType) -> bool {
    !matches!(ty, ValueType::List(_) | ValueType::Struct(_))
}

/// Whether entities can be grouped by the values of a property of this type.
pub fn is_groupable(ty: &ValueType) -> bool {
    match ty {
        ValueType::List(element) => is_groupable(element),
        ValueType::Struct(_) => false,
        _ => true,
    }
}

/// Whether a property of this type is summed up.
pub fn is_number(ty: &ValueType) -> bool {
    matches!(ty, ValueType::Int | ValueType::Decimal)
}

impl Writer<'_> {
    /// `…OrderBy`
    pub(super) fn order(&mut self, target: Target, name: &str, about: &Described, links: &[(Arc<str>, Link)]) {
        self.line(&format!(
            "\"\"\"\n{}排序 · order of {}\n每项只给一个字段，按先后为主次。\nOne key an entry, in order of weight; exactly one field is given.\n\"\"\"\n\
             input {name}OrderBy @oneOf {{\n\"按名称 · by name, in the order of pinyin\"\nname: SortOrder\n\
             \"按度 · by how many other entities are joined to it\"\ndegree: SortOrder",
            about.labels.zh, about.labels.en
        ));
        for property in self.properties(target).to_vec() {
            let property = self.ontology.property(property);
            if is_sortable(&property.ty) {
                self.line(&format!("{}\n{}: SortOrder", described(&labels(&property.described)), property.name));
            }
        }
        for (field, link) in links {
            let text = self.link_description(*link);
            self.line(&format!("{}\n{field}: RelatedOrderBy", described(text.lines().next().unwrap_or_default())));
        }
        self.line("}");
    }

    /// `…Aggregate`
    pub(super) fn aggregate(&mut self, target: Target, name: &str, about: &Described) {
        let mut numbers = String::new();
        for property in self.properties(target) {
            let property = self.ontology.property(*property);
            if is_number(&property.ty) {
                let text = described(&labels(&property.described));
                let _ = writeln!(numbers, "{text}\n{}: NumberSummary!", property.name);
            }
        }
        let (zh, en) = (&about.labels.zh, &about.labels.en);
        self.line(&format!(
            "\"\"\"\n{zh}汇总 · aggregate of {en}\n整个列表的汇总：条件有效，分页无效；每个实体只计一次。\n\
             What is said of the whole list: its filters hold, its cursors and its size do not; every entity counts once.\n\"\"\"\n\
             type {name}Aggregate {{\n\"数目 · how many entities\"\ncount: Int!\n\
             \"按关联的实体分组 · by what they are joined to, such as companies by county\"\n\
             by(\"关系 · over which relationship\" relationship: RelationshipType!, \
             \"方向 · read which way from the entities of the list; unset: OUT if they can be its subject\" direction: Direction, \
             \"层级 · group by what stands at this level above, such as COUNTY; unset: by the neighbours themselves\" level: String, \
             \"状态 · over edges of these statuses; unset: ACTUAL and UNDER_WAY\" status: [Status!], \
             \"前几组 · at most so many groups\" first: Int): EntityGroups!\n\
             \"按取值分组 · by the values of a property, or by kind; the largest group first, then by value\"\n\
             groups(\"属性 · the name of a property, or kind\" property: String!, \"前几组 · at most so many groups\" first: Int): [ValueGroup!]!\n{numbers}}}"
        ));
    }

    /// `…Edge` with the given fields.
    pub(super) fn edge(&mut self, name: &str, zh: &str, en: &str, fields: &str) {
        self.line(&format!(
            "\"\"\"\n{zh}条目 · item of a page: {en}\n一项及其游标。\nAn item with its cursor.\n\"\"\"\ntype {name}Edge {{\n\
             \"游标 · place in the list\"\ncursor: String!\n{fields}}}"
        ));
    }

    /// `…Connection` of edges that lead to entities of a target.
    pub(super) fn connection(&mut self, name: &str, edge: &str, labels: &Labels, target: &str) {
        let Labels { zh, en } = labels;
        self.line(&format!(
            "\"\"\"\n{zh}列表 · page: {en}\n一页。\nA page.\n\"\"\"\ntype {name}Connection {{\n\
             \"总数 · how many the whole list has\"\ntotalCount: Int!\n\"分页信息 · where the page stands\"\npageInfo: PageInfo!\n\
             \"条目 · the items, each with its cursor\"\nedges: [{edge}Edge!]!\n\
             \"汇总 · what is said of the whole list\"\naggregate: {target}Aggregate!\n}}"
        ));
    }

    /// The pages of the kinds.
    pub(super) fn kind_pages(&mut self) {
        for kind in &self.ontology.kinds {
            let node = format!("\"{}\"\nnode: {}!\n", labels(&kind.described), kind.name);
            let Labels { zh, en } = &kind.described.labels;
            self.connection(&kind.name, &kind.name, &kind.described.labels, &kind.name);
            self.edge(&kind.name, zh, en, &node);
        }
    }
}
