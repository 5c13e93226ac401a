MATCH (k:Name)-[:_OF]->(n)
WHERE k.key CONTAINS $text AND (k.field <> 5 OR k.key STARTS WITH $text)
WITH n, max(CASE WHEN k.key = $text THEN 500000 WHEN k.key STARTS WITH $text THEN 400000 ELSE 300000 END + k.weight) AS rank
ORDER BY rank DESC, n._sort, n.id LIMIT 10
WITH collect({ node: { id: n.id, name: n._zh } }) AS edges
RETURN { search: { edges: edges } } AS data
