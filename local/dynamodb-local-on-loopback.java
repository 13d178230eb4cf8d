import java.io.OutputStream;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.main.ServerRunner;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;

/**
 * DynamoDB Local as its own command line starts it, but for what that offers no switch for: it listens on 127.0.0.1 only, on a port
 * that is free, says which one, and ends with whoever started it.
 */
class DynamoDbLocalOnLoopback {
  public static void main(String[] arguments) throws Exception {
    DynamoDBProxyServer dynamoDb = ServerRunner.createServerFromCommandLineArgs(arguments);
    var field = DynamoDBProxyServer.class.getDeclaredField("server");
    field.setAccessible(true);
    var connector = (ServerConnector) ((Server) field.get(dynamoDb)).getConnectors()[0];
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    // `start` would report the start to AWS first.
    dynamoDb.safeStart();
    System.out.println("Listening on port " + connector.getLocalPort());

    // Our standard input stays open for as long as the process that started us lives.
    System.in.transferTo(OutputStream.nullOutputStream());
    System.exit(0);
  }
}
