//! Cypher as a tree, and its text. A value never becomes text: it is a parameter. What is written out is labels, relationship types
//! and property names of the ontology, names of our own, and small whole numbers that are the same for every request.

use std::fmt::{self, Display, Formatter, Write};

/// A variable.
pub type Var = String;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// `n`
    Var(Var),
    /// `n.name`
    Prop(Box<Expr>, String),
    /// `$p1`
    Param(String),
    /// A number that is part of the statement: a position, a limit of the fact model.
    Int(i64),
    /// `'MAKES'`: a type of relationship or a kind as a text. No other text is part of a statement.
    Type(String),
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
    Labels(Box<Expr>, Vec<String>),
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
    pub labels: Vec<String>,
}

/// `-[r:S|T]->`
#[derive(Clone, Debug, PartialEq)]
pub struct Rel {
    /// Its variable; empty for none.
    pub var: Var,
    /// Any of these types.
    pub types: Vec<String>,
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
        Expr::Var(name.to_owned())
    }
    /// A property of a variable.
    pub fn prop(var: &str, property: &str) -> Expr {
        Expr::Prop(Box::new(Expr::var(var)), property.to_owned())
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
    pub fn node(var: &str, labels: Vec<String>) -> Match {
        Match { optional: false, start: Node { var: var.to_owned(), labels }, steps: Vec::new(), filter: Vec::new() }
    }
    /// The pattern with a further step.
    pub fn step(mut self, rel: Rel, var: &str, labels: Vec<String>) -> Match {
        self.steps.push((rel, Node { var: var.to_owned(), labels }));
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
    pub fn new(var: &str, types: Vec<String>, arrow: Arrow) -> Rel {
        Rel { var: var.to_owned(), types, arrow, repeated: false }
    }
}

impl With {
    /// Keeps these variables as they are.
    pub fn keeping<'a>(vars: impl IntoIterator<Item = &'a str>) -> With {
        With { items: vars.into_iter().map(|v| (Expr::var(v), v.to_owned())).collect(), ..With::default() }
    }
}

/// A name as Cypher reads it: in backticks unless it is plain.
struct Name<'a>(&'a str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = self.0.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !self.0.starts_with(|c: char| c.is_ascii_digit())
            && !self.0.is_empty();
        if plain { f.write_str(self.0) } else { write!(f, "`{}`", self.0.replace('`', "``")) }
    }
}

fn join<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    between: &str,
    mut each: impl FnMut(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        each(f, item)?;
    }
    Ok(())
}

fn labels(f: &mut Formatter<'_>, labels: &[String]) -> fmt::Result {
    if !labels.is_empty() {
        f.write_char(':')?;
        join(f, labels, "|", |f, label| write!(f, "{}", Name(label)))?;
    }
    Ok(())
}

fn conditions(f: &mut Formatter<'_>, conditions: &[Expr]) -> fmt::Result {
    if !conditions.is_empty() {
        f.write_str(" WHERE ")?;
        join(f, conditions, " AND ", |f, condition| write!(f, "{condition}"))?;
    }
    Ok(())
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expr::Var(name) => f.write_str(name),
            Expr::Prop(of, name) => write!(f, "{of}.{}", Name(name)),
            Expr::Param(name) => write!(f, "${name}"),
            Expr::Int(number) => write!(f, "{number}"),
            Expr::Type(name) => write!(f, "'{}'", name.replace('\\', "\\\\").replace('\'', "\\'")),
            Expr::Null => f.write_str("null"),
            Expr::List(items) => {
                f.write_char('[')?;
                join(f, items, ", ", |f, item| write!(f, "{item}"))?;
                f.write_char(']')
            }
            Expr::At(list, index) => write!(f, "{list}[{index}]"),
            Expr::Call(function, arguments) => {
                write!(f, "{function}(")?;
                join(f, arguments, ", ", |f, argument| write!(f, "{argument}"))?;
                f.write_char(')')
            }
            Expr::Aggregate(function, name) => write!(f, "{function}(DISTINCT {name})"),
            Expr::Infix(left, operator, right) => write!(f, "({left} {operator} {right})"),
            Expr::Postfix(operand, operator) => write!(f, "({operand} {operator})"),
            Expr::And(parts) if parts.is_empty() => f.write_str("true"),
            Expr::Or(parts) if parts.is_empty() => f.write_str("false"),
            Expr::And(parts) | Expr::Or(parts) => {
                let between = if matches!(self, Expr::And(_)) { " AND " } else { " OR " };
                f.write_char('(')?;
                join(f, parts, between, |f, part| write!(f, "{part}"))?;
                f.write_char(')')
            }
            Expr::Not(operand) => match &**operand {
                Expr::Subquery("EXISTS", _) => write!(f, "NOT {operand}"),
                _ => write!(f, "NOT coalesce({operand}, false)"),
            },
            Expr::Labels(of, names) => {
                write!(f, "{of}")?;
                labels(f, names)
            }
            Expr::Case(branches, otherwise) => {
                f.write_str("CASE")?;
                for (test, value) in branches {
                    write!(f, " WHEN {test} THEN {value}")?;
                }
                write!(f, " ELSE {otherwise} END")
            }
            Expr::Quantified(quantifier, var, list, test) => write!(f, "{quantifier}({var} IN {list} WHERE {test})"),
            Expr::Comprehension(var, list, test, value) => write!(f, "[{var} IN {list} WHERE {test} | {value}]"),
            Expr::Subquery(kind, query) => write!(f, "{kind} {{ {query} }}"),
        }
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        join(f, &self.0, " ", |f, clause| write!(f, "{clause}"))
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Clause::Match(clause) => write!(f, "{clause}"),
            Clause::Unwind(list, var) => write!(f, "UNWIND {list} AS {var}"),
            Clause::With(clause) => write!(f, "{clause}"),
            Clause::Return(value) => write!(f, "RETURN {value}"),
            Clause::ReturnRow(value) => write!(f, "RETURN {value} AS {}", super::client::ROW),
            Clause::ReturnVars(names) => write!(f, "RETURN {}", names.join(", ")),
            Clause::Union(queries) => {
                f.write_str("CALL () { ")?;
                join(f, queries, " UNION ALL ", |f, query| write!(f, "{query}"))?;
                f.write_str(" }")
            }
        }
    }
}

impl Display for Match {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.optional {
            f.write_str("OPTIONAL ")?;
        }
        write!(f, "MATCH {}", self.start)?;
        for (rel, node) in &self.steps {
            write!(f, "{rel}{node}")?;
        }
        conditions(f, &self.filter)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "({}", self.var)?;
        labels(f, &self.labels)?;
        f.write_char(')')
    }
}

impl Display for Rel {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.arrow == Arrow::Left { "<-[" } else { "-[" })?;
        f.write_str(&self.var)?;
        labels(f, &self.types)?;
        if self.repeated {
            f.write_str("*0..")?;
        }
        f.write_str(if self.arrow == Arrow::Right { "]->" } else { "]-" })
    }
}

impl Display for With {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.distinct { "WITH DISTINCT " } else { "WITH " })?;
        join(f, &self.items, ", ", |f, (value, name)| match value {
            Expr::Var(var) if var == name => f.write_str(name),
            _ => write!(f, "{value} AS {name}"),
        })?;
        if !self.order.is_empty() {
            f.write_str(" ORDER BY ")?;
            join(f, &self.order, ", ", |f, (key, descending)| {
                write!(f, "{key}{}", if *descending { " DESC" } else { "" })
            })?;
        }
        if let Some(limit) = &self.limit {
            write!(f, " LIMIT {limit}")?;
        }
        conditions(f, &self.filter)
    }
}
