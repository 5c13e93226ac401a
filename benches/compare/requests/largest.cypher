MATCH (place:Entity {id: $region})
MATCH (place)<-[path:LOCATED_IN|PART_OF*0..]-(c:Company)
WHERE all(r IN path WHERE r._knownTo = $now AND r._status IN $held)
  AND (type(last(path)) <> 'PART_OF' OR NOT EXISTS { (c)-[l:LOCATED_IN]->() WHERE l._knownTo = $now AND l._status IN $held })
WITH DISTINCT c
WHERE EXISTS { MATCH (c)-[m:MAKES]->(p:Product) WHERE m._knownTo = $now AND p.deviceClass = 'III' }
WITH c ORDER BY c._degree DESC, c.id DESC LIMIT 20
WITH collect({ node: { id: c.id, name: c._zh, degree: c._degree } }) AS edges
RETURN { companies: { edges: edges } } AS data
