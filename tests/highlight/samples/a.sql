-- why
SELECT a.b, count(*) AS n FROM t JOIN u ON a.id = u.id WHERE x LIKE '%y''z' AND d > 1.5e3 GROUP BY 1;
CREATE TABLE t (id INTEGER PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x'); /* block
comment */ INSERT INTO t VALUES (1, NULL);
