MATCH (c:Entity {id: $id}) WHERE c:Company RETURN {
  id: c.id, name: c._zh, names: { zh: c._zh, en: c._en }, creditCode: c.creditCode, identified: c.identified,
  foundedOn: c.foundedOn, degree: c._degree,
  locatedIn: { edges: COLLECT { MATCH (c)-[r:LOCATED_IN]->(n) WHERE r._knownTo = $now WITH n ORDER BY n._sort, n.id LIMIT 2
  RETURN { node: { id: n.id, name: n._zh } } } },
  inSector: { edges: COLLECT { MATCH (c)-[r:IN_SECTOR]->(n) WHERE r._knownTo = $now WITH n ORDER BY n._sort, n.id LIMIT 3
  RETURN { node: { id: n.id, name: n._zh } } } },
  makes: { totalCount: COUNT { (c)-[r:MAKES]->() WHERE r._knownTo = $now },
  edges: COLLECT { MATCH (c)-[r:MAKES]->(n) WHERE r._knownTo = $now WITH r, n ORDER BY n._sort, n.id LIMIT 5
  RETURN { brand: r.brand, fact: { status: r._status }, node: { id: n.id, name: n._zh, deviceClass: n.deviceClass,
  inSector: { edges: COLLECT { MATCH (n)-[r2:IN_SECTOR]->(s) WHERE r2._knownTo = $now WITH s ORDER BY s._sort, s.id LIMIT 2
  RETURN { node: { id: s.id, name: s._zh } } } } } } } },
  supplies: { totalCount: COUNT { (c)-[r:SUPPLIES]->() WHERE r._knownTo = $now },
  edges: COLLECT { MATCH (c)-[r:SUPPLIES]->(n) WHERE r._knownTo = $now WITH r, n ORDER BY n._sort, n.id LIMIT 5
  RETURN { goods: r.goods, node: { id: n.id, name: n._zh } } } } } AS company
