package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Certificate;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS by Quarkus's TLS registry, whose files may be replaced while the server runs. */
class TlsIT {

    @TempDir
    private Path directory;

    @Test
    void a_new_certificate_is_taken_up_and_connections_stay() throws Exception {
        Path store = certificate("first");
        try (Replica replica = Replica.start(Map.of("quarkus.tls.web.key-store.p12.path", store.toString(),
                "quarkus.tls.web.key-store.p12.password", Certificate.PASSWORD, "quarkus.tls.web.reload-period", "500ms",
                "quarkus.http.tls-configuration-name", "web", "quarkus.http.ssl-port", "0"))) {
            int port = securePort(replica);
            assertThat(subject(port)).contains("CN=first");
            replica.awaitLog("Listening on");
            HttpClient client = HttpClient.newBuilder().sslContext(trusting()).build();
            StringBuilder received = new StringBuilder();
            WebSocket socket = client.newWebSocketBuilder().buildAsync(URI.create("wss://127.0.0.1:" + port + "/rooms/lobby"),
                    new WebSocket.Listener() {
                        @Override
                        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
                            received.append(data);
                            webSocket.request(1);
                            return null;
                        }
                    }).get(10, TimeUnit.SECONDS);
            Files.move(certificate("second"), store, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            // A handshake in progress during the replacement may fail.
            SocketClient.await().ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() -> assertThat(subject(port)).contains("CN=second"));
            socket.sendText("still here", true).get(10, TimeUnit.SECONDS);
            SocketClient.await().until(() -> received.toString().equals("still here"));
            socket.abort();
        }
    }

    private static int securePort(Replica replica) {
        Matcher matcher = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)").matcher(replica.log());
        assertThat(matcher.find()).as(replica.log()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private Path certificate(String name) throws IOException {
        return Certificate.make(directory, name, "san=ip:127.0.0.1").store();
    }

    private static String subject(int port) throws Exception {
        try (Socket socket = trusting().getSocketFactory().createSocket("127.0.0.1", port)) {
            ((SSLSocket) socket).startHandshake();
            return ((X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0]).getSubjectX500Principal()
                    .getName();
        }
    }

    /** TLS context that trusts every certificate: the test inspects the certificate of the server. */
    private static SSLContext trusting() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] { new X509ExtendedTrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                // Unused: the client is not authenticated.
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                // Every certificate is accepted.
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
                // Unused: the client is not authenticated.
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
                // Every certificate is accepted.
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                // Unused: the client is not authenticated.
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                // Every certificate is accepted.
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        } }, new SecureRandom());
        return context;
    }
}
