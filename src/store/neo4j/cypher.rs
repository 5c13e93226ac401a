//! Cypher as a tree, and its text. A value never becomes text: it is a parameter. What is written out is labels, relationship types
//! and property names of the ontology, names of our own, and small whole numbers that are the same for every request.

use smol_str::SmolStr;

/// A variable. A statement has hundreds of names, made anew for each request: short ones stand in their place, without memory of their own.
pub type Var = SmolStr;
/// The name of a label, a type, a property or a parameter.
pub type Name = SmolStr;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `n`
    Var(Var),
    /// `n.name`
    Prop(Box<Expr>, Name),
    /// `$p1`
    Param(Name),
    /// A number that is part of the statement: a position, a limit of the fact model.
    Int(i64),
    /// `'MAKES'`: a type of relationship or a kind as a text. No other text is part of a statement.
    Type(Name),
    /// `null`
    Null,
    /// `[a, b]`
    List(Vec<Expr>),
    /// `list[index]`
    At(Box<Expr>, Box<Expr>),
    /// `size(a)`
    Call(&'static str, Vec<Expr>),
    /// `count(DISTINCT n)`, `collect(DISTINCT n)`: of the rows that the other items of its projection group. Only where no variable stands
    /// outside of its subquery.
    Aggregate(&'static str, Var),
    /// `(a < b)`
    Infix(Box<Expr>, &'static str, Box<Expr>),
    /// `(a IS NULL)`, `(a IS NOT NULL)`
    Postfix(Box<Expr>, &'static str),
    /// All of them; none: `true`.
    And(Vec<Expr>),
    /// Any of them; none: `false`.
    Or(Vec<Expr>),
    /// The complement: also true where the operand is null.
    Not(Box<Expr>),
    /// `n:A|B`
    Labels(Box<Expr>, Vec<Name>),
    /// `CASE WHEN a THEN b … ELSE c END`
    Case(Vec<(Expr, Expr)>, Box<Expr>),
    /// `any(x IN list WHERE test)`, `none(…)`, `all(…)`
    Quantified(&'static str, Var, Box<Expr>, Box<Expr>),
    /// `[x IN list WHERE test | value]`
    Comprehension(Var, Box<Expr>, Box<Expr>, Box<Expr>),
    /// `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`
    Subquery(&'static str, Query),
}

/// Clauses in turn.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Query(pub Vec<Clause>);

/// A clause.
#[derive(Clone, Debug, PartialEq)]
pub enum Clause {
    /// `MATCH (a)-[r:T]->(b) WHERE …`
    Match(Match),
    /// `UNWIND list AS x`
    Unwind(Expr, Var),
    /// `WITH … ORDER BY … LIMIT … WHERE …`
    With(With),
    /// `RETURN value`
    Return(Expr),
    /// `RETURN value AS row`
    ReturnRow(Expr),
    /// `RETURN a, b`
    ReturnVars(Vec<Var>),
    /// `CALL () { … UNION ALL … }`: the rows of each, which return the same variables.
    Union(Vec<Query>),
}

/// A pattern of one chain of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// `OPTIONAL MATCH`
    pub optional: bool,
    /// The first node.
    pub start: Node,
    /// Relationships and the nodes that they lead to.
    pub steps: Vec<(Rel, Node)>,
    /// What must hold.
    pub filter: Vec<Expr>,
}

/// `(n:A|B)`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Node {
    /// Its variable; empty for none.
    pub var: Var,
    /// Any of these labels; empty: whatever it is.
    pub labels: Vec<Name>,
}

/// `-[r:S|T]->`
#[derive(Clone, Debug, PartialEq)]
pub struct Rel {
    /// Its variable; empty for none.
    pub var: Var,
    /// Any of these types.
    pub types: Vec<Name>,
    /// Which way.
    pub arrow: Arrow,
    /// Any number of steps, none included; the variable is then a list.
    pub repeated: bool,
}

/// Which way a relationship points in a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// `-[]->`
    Right,
    /// `<-[]-`
    Left,
    /// `-[]-`
    Either,
}

/// `WITH`
#[derive(Clone, Debug, PartialEq, Default)]
pub struct With {
    /// Rows that are equal become one.
    pub distinct: bool,
    /// Values and their names; a variable kept as it is has its own name.
    pub items: Vec<(Expr, Var)>,
    /// Expressions, and whether the largest comes first.
    pub order: Vec<(Expr, bool)>,
    /// How many rows.
    pub limit: Option<Expr>,
    /// What must hold of what comes out.
    pub filter: Vec<Expr>,
}

impl Expr {
    /// A variable.
    pub fn var(name: &str) -> Expr {
        Expr::Var(name.into())
    }
    /// A property of a variable.
    pub fn prop(var: &str, property: &str) -> Expr {
        Expr::Prop(Box::new(Expr::var(var)), property.into())
    }
    /// Two operands and what stands between them.
    pub fn infix(self, operator: &'static str, right: Expr) -> Expr {
        Expr::Infix(Box::new(self), operator, Box::new(right))
    }
    /// Whether it is absent.
    pub fn is_null(self) -> Expr {
        Expr::Postfix(Box::new(self), "IS NULL")
    }
    /// Whether it is there.
    pub fn is_not_null(self) -> Expr {
        Expr::Postfix(Box::new(self), "IS NOT NULL")
    }
    /// The complement. A comparison with something absent is null in Cypher and false in plans; under a negation that
    /// matters, and only there: `AND` and `OR` of nulls are true exactly where they would be with false.
    pub fn negated(self) -> Expr {
        Expr::Not(Box::new(self))
    }
    /// An element.
    pub fn at(self, index: Expr) -> Expr {
        Expr::At(Box::new(self), Box::new(index))
    }
    /// `CASE WHEN test THEN value ELSE otherwise END`
    pub fn case(test: Expr, value: Expr, otherwise: Expr) -> Expr {
        Expr::Case(vec![(test, value)], Box::new(otherwise))
    }
    /// That one of the alternatives holds. Neo4j multiplies out an `OR` of conjunctions before it plans, and plans every subquery in each of the
    /// factors: three alternatives of some subqueries each took it half a minute. It takes a `CASE` as it is.
    pub fn any_of(alternatives: Vec<Expr>) -> Expr {
        if !alternatives.iter().any(Expr::is_several) {
            return Expr::Or(alternatives);
        }
        let branches = alternatives.into_iter().map(|one| (one, Expr::And(Vec::new()))).collect();
        Expr::Case(branches, Box::new(Expr::Or(Vec::new())))
    }
    /// Whether it is a conjunction of several conditions, whatever stands around it.
    fn is_several(&self) -> bool {
        match self {
            Expr::And(parts) | Expr::Or(parts) => match parts.as_slice() {
                [only] => only.is_several(),
                several => matches!(self, Expr::And(_)) && several.len() > 1,
            },
            _ => false,
        }
    }
    /// The rows of a query as a list.
    pub fn collect(query: Query) -> Expr {
        Expr::Subquery("COLLECT", query)
    }
    /// Whether a query has a row.
    pub fn exists(query: Query) -> Expr {
        Expr::Subquery("EXISTS", query)
    }
    /// How many rows a query has.
    pub fn count(query: Query) -> Expr {
        Expr::Subquery("COUNT", query)
    }
}

impl Clause {
    /// Adds a condition to a clause that takes one.
    pub fn and(&mut self, condition: Expr) {
        match self {
            Clause::Match(clause) => clause.filter.push(condition),
            Clause::With(clause) => clause.filter.push(condition),
            Clause::Unwind(..)
            | Clause::Return(_)
            | Clause::ReturnRow(_)
            | Clause::ReturnVars(_)
            | Clause::Union(_) => {
                debug_assert!(false, "this clause takes no condition");
            }
        }
    }
}

impl Match {
    /// A pattern of a single node.
    pub fn node(var: &str, labels: Vec<Name>) -> Match {
        Match { optional: false, start: Node { var: var.into(), labels }, steps: Vec::new(), filter: Vec::new() }
    }
    /// The pattern with a further step.
    pub fn step(mut self, rel: Rel, var: &str, labels: Vec<Name>) -> Match {
        self.steps.push((rel, Node { var: var.into(), labels }));
        self
    }
    /// The pattern with further conditions.
    pub fn filtered(mut self, conditions: impl IntoIterator<Item = Expr>) -> Match {
        self.filter.extend(conditions);
        self
    }
}

impl Rel {
    /// One relationship.
    pub fn new(var: &str, types: Vec<Name>, arrow: Arrow) -> Rel {
        Rel { var: var.into(), types, arrow, repeated: false }
    }
}

impl With {
    /// Keeps these variables as they are.
    pub fn keeping<'a>(vars: impl IntoIterator<Item = &'a str>) -> With {
        With { items: vars.into_iter().map(|v| (Expr::var(v), v.into())).collect(), ..With::default() }
    }
}

/// What has a form in Cypher.
trait Written {
    fn write(&self, out: &mut String);
}

impl Query {
    /// The statement.
    pub fn text(&self) -> String {
        // The entity page takes 2 KB.
        let mut out = String::with_capacity(4096);
        self.write(&mut out);
        out
    }
}

fn join<T>(out: &mut String, items: &[T], between: &str, mut each: impl FnMut(&mut String, &T)) {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        each(out, item);
    }
}

fn all<T: Written>(out: &mut String, items: &[T], between: &str) {
    join(out, items, between, |out, item| item.write(out));
}

/// Texts and parts in turn.
macro_rules! write {
    ($out:ident $(, $part:expr)+) => {{ $($part.write($out);)+ }};
}

impl Written for str {
    fn write(&self, out: &mut String) {
        out.push_str(self);
    }
}

/// A name as Cypher reads it: in backticks unless it is plain.
fn name(out: &mut String, name: &str) {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty();
    if plain {
        out.push_str(name);
    } else {
        write!(out, "`", *name.replace('`', "``"), "`");
    }
}

fn labels(out: &mut String, labels: &[Name]) {
    if !labels.is_empty() {
        out.push(':');
        join(out, labels, "|", |out, label| name(out, label));
    }
}

fn conditions(out: &mut String, conditions: &[Expr]) {
    if !conditions.is_empty() {
        out.push_str(" WHERE ");
        all(out, conditions, " AND ");
    }
}

impl Written for Expr {
    fn write(&self, out: &mut String) {
        match self {
            Expr::Var(name) => out.push_str(name),
            Expr::Prop(of, property) => {
                write!(out, of, ".");
                name(out, property);
            }
            Expr::Param(name) => write!(out, "$", **name),
            Expr::Int(number) => out.push_str(&number.to_string()),
            Expr::Type(name) => write!(out, "'", *name.replace('\\', "\\\\").replace('\'', "\\'"), "'"),
            Expr::Null => out.push_str("null"),
            Expr::List(items) => {
                out.push('[');
                all(out, items, ", ");
                out.push(']');
            }
            Expr::At(list, index) => write!(out, list, "[", index, "]"),
            Expr::Call(function, arguments) => {
                write!(out, function, "(");
                all(out, arguments, ", ");
                out.push(')');
            }
            Expr::Aggregate(function, name) => write!(out, function, "(DISTINCT ", **name, ")"),
            Expr::Infix(left, operator, right) => write!(out, "(", left, " ", operator, " ", right, ")"),
            Expr::Postfix(operand, operator) => write!(out, "(", operand, " ", operator, ")"),
            Expr::And(parts) if parts.is_empty() => out.push_str("true"),
            Expr::Or(parts) if parts.is_empty() => out.push_str("false"),
            Expr::And(parts) | Expr::Or(parts) => {
                let between = if matches!(self, Expr::And(_)) { " AND " } else { " OR " };
                out.push('(');
                all(out, parts, between);
                out.push(')');
            }
            Expr::Not(operand) => match &**operand {
                Expr::Subquery("EXISTS", _) => write!(out, "NOT ", operand),
                _ => write!(out, "NOT coalesce(", operand, ", false)"),
            },
            Expr::Labels(of, names) => {
                of.write(out);
                labels(out, names);
            }
            Expr::Case(branches, otherwise) => {
                out.push_str("CASE");
                for (test, value) in branches {
                    write!(out, " WHEN ", test, " THEN ", value);
                }
                write!(out, " ELSE ", otherwise, " END");
            }
            Expr::Quantified(quantifier, var, list, test) => {
                write!(out, quantifier, "(", **var, " IN ", list, " WHERE ", test, ")");
            }
            Expr::Comprehension(var, list, test, value) => {
                write!(out, "[", **var, " IN ", list, " WHERE ", test, " | ", value, "]");
            }
            Expr::Subquery(kind, query) => write!(out, kind, " { ", query, " }"),
        }
    }
}

impl Written for Query {
    fn write(&self, out: &mut String) {
        all(out, &self.0, " ");
    }
}

impl Written for Clause {
    fn write(&self, out: &mut String) {
        match self {
            Clause::Match(clause) => clause.write(out),
            Clause::Unwind(list, var) => write!(out, "UNWIND ", list, " AS ", **var),
            Clause::With(clause) => clause.write(out),
            Clause::Return(value) => write!(out, "RETURN ", value),
            Clause::ReturnRow(value) => write!(out, "RETURN ", value, " AS ", super::client::ROW),
            Clause::ReturnVars(names) => {
                out.push_str("RETURN ");
                join(out, names, ", ", |out, name| out.push_str(name));
            }
            Clause::Union(queries) => {
                out.push_str("CALL () { ");
                all(out, queries, " UNION ALL ");
                out.push_str(" }");
            }
        }
    }
}

impl Written for Match {
    fn write(&self, out: &mut String) {
        out.push_str(if self.optional { "OPTIONAL MATCH " } else { "MATCH " });
        self.start.write(out);
        for (rel, node) in &self.steps {
            write!(out, rel, node);
        }
        conditions(out, &self.filter);
    }
}

impl Written for Node {
    fn write(&self, out: &mut String) {
        write!(out, "(", *self.var);
        labels(out, &self.labels);
        out.push(')');
    }
}

impl Written for Rel {
    fn write(&self, out: &mut String) {
        out.push_str(if self.arrow == Arrow::Left { "<-[" } else { "-[" });
        out.push_str(&self.var);
        labels(out, &self.types);
        if self.repeated {
            out.push_str("*0..");
        }
        out.push_str(if self.arrow == Arrow::Right { "]->" } else { "]-" });
    }
}

impl Written for With {
    fn write(&self, out: &mut String) {
        out.push_str(if self.distinct { "WITH DISTINCT " } else { "WITH " });
        join(out, &self.items, ", ", |out, (value, name)| match value {
            Expr::Var(var) if var == name => out.push_str(name),
            _ => write!(out, value, " AS ", **name),
        });
        if !self.order.is_empty() {
            out.push_str(" ORDER BY ");
            join(out, &self.order, ", ", |out, (key, descending)| {
                write!(out, key, if *descending { " DESC" } else { "" });
            });
        }
        if let Some(limit) = &self.limit {
            write!(out, " LIMIT ", limit);
        }
        conditions(out, &self.filter);
    }
}
