import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Pages through an interface with the JDK's own client, HTTP/2 where it is offered; says at its end how much was answered. */
public class PriceFeed {
  public static void main(String[] arguments) throws Exception {
    Properties system = System.getProperties();
    system.setProperty("jdk.internal.httpclient.disableHostnameVerification", "true");
    SSLContext lax = SSLContext.getInstance("TLS");
    lax.init(null, new TrustManager[] {new Everything()}, new SecureRandom());
    HttpClient client = HttpClient.newBuilder().sslContext(lax).build();
    int answered = 0;
    int pages = Integer.parseInt(arguments[1]);
    for (int page = 0; page < pages; page++) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(arguments[0] + "/api/products?from=" + (1 + page * 12)))
              .header("accept", "application/json")
              .build();
      if (client.send(request, BodyHandlers.ofString()).statusCode() == 200) answered++;
      Thread.sleep(60);
    }
    System.out.println("ANSWERED " + answered);
  }

  /** The arena's certificate is its own. */
  private static final class Everything extends X509ExtendedTrustManager {
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

    public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
