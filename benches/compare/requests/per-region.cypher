MATCH (c:Company)-[l:LOCATED_IN]->(p)
WHERE l._knownTo = $now AND l._status IN $held
WITH p, collect(DISTINCT c) AS companies
MATCH (p)-[path:LOCATED_IN|PART_OF*0..]->(k:Entity)
WHERE k.level = 'COUNTY' AND all(r IN path WHERE r._knownTo = $now AND r._status IN $held)
UNWIND companies AS c
WITH k, count(DISTINCT c) AS number
ORDER BY number DESC, k.id LIMIT 10
WITH collect({ key: { id: k.id }, count: number }) AS groups
RETURN { companies: { aggregate: { by: { groups: groups } } } } AS data
