import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.ExecutionPlanDescription;
import org.neo4j.graphdb.GraphDatabaseService;
import org.neo4j.graphdb.Result;
import org.neo4j.io.ByteUnit;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * A Neo4j for tests, on loopback, without authentication: `java -cp 'lib/*' Neo4j.java DIRECTORY [PORT]`.
 * The system property `pagecache.mebibytes` says how much of its files it may hold in memory.
 * Prints `ready PORT` when it accepts connections; ends when its standard input closes, so it never outlives its parent.
 *
 * A line `PARAMETERS<tab>STATEMENT` on the standard input, the parameters as a map in Cypher, runs the statement with PROFILE; the answer is a
 * line `HITS<tab>OPERATOR<tab>DETAILS` for each operator, the outermost first, and then `end` or `failed REASON`.
 */
class Neo4j {
    public static void main(String[] arguments) throws Exception {
        int port = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        var service = new DatabaseManagementServiceBuilder(Path.of(arguments[0]))
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", port))
                .setConfig(GraphDatabaseSettings.auth_enabled, false)
                .setConfig(GraphDatabaseSettings.pagecache_memory, ByteUnit.mebiBytes(Integer.getInteger("pagecache.mebibytes", 64)))
                .build();
        var database = (GraphDatabaseAPI) service.database("neo4j");
        var ports = database.getDependencyResolver().resolveDependency(ConnectorPortRegister.class);
        // The first statement of all loads the query engine, which takes seconds; no test should wait for that.
        database.executeTransactionally("UNWIND $list AS item RETURN item", Map.of("list", List.of(1)), Result::resultAsString);
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("ready " + ports.getLocalAddress(ConnectorType.BOLT).getPort());
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] parts = line.split("\t", 2);
            try {
                profile(database, parts[0], parts[1], out);
                out.println("end");
            } catch (RuntimeException failure) {
                out.println("failed " + String.valueOf(failure.getMessage()).replace('\n', ' '));
            }
        }
        service.shutdown();
    }

    @SuppressWarnings("unchecked")
    private static void profile(GraphDatabaseService database, String given, String statement, PrintStream out) {
        var parameters = database.executeTransactionally(
                "RETURN " + given + " AS given", Map.of(), result -> (Map<String, Object>) result.next().get("given"));
        var plan = database.executeTransactionally("PROFILE " + statement, parameters, result -> {
            // The figures are complete when every row was read.
            result.resultAsString();
            return result.getExecutionPlanDescription();
        });
        print(plan, out);
    }

    private static void print(ExecutionPlanDescription plan, PrintStream out) {
        var hits = plan.hasProfilerStatistics() ? plan.getProfilerStatistics().getDbHits() : 0;
        var details = String.valueOf(plan.getArguments().getOrDefault("Details", "")).replaceAll("[\t\n]+", " ");
        out.println(hits + "\t" + plan.getName() + "\t" + details);
        plan.getChildren().forEach(child -> print(child, out));
    }
}
