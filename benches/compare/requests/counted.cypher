MATCH (s:Entity {id: $sector})<-[r:IN_SECTOR]-(c:Company)
WHERE r._knownTo = $now
WITH count(DISTINCT c) AS total
RETURN { companies: { totalCount: total } } AS data
