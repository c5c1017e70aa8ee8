package dev.atrium.it.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.atrium.it.fixture.RawSocket;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SocketClient;
import dev.atrium.it.fixture.Tokens;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.build.Jwt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys from the JWKS of an issuer, which rotates them and may be unavailable. */
class JwksIT {

    private static final KeyPair OLD = Tokens.KEYS;
    private static final KeyPair NEW = Tokens.OTHER_KEYS;

    private volatile String keys = "";

    private HttpServer issuer(int port) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/jwks", exchange -> {
            byte[] body = ("{\"keys\":[" + keys + "]}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String token(String id, KeyPair pair) {
        return Jwt.claims().subject("ann").claim("rooms", Map.of("lobby", "join")).jws()
                .algorithm(SignatureAlgorithm.RS256).keyId(id).sign(pair.getPrivate());
    }

    private static int status(Replica replica, String token) {
        return replica.request("GET", "/rooms/lobby", "Authorization", "Bearer " + token).statusCode();
    }

    @Test
    void keys_rotate_and_an_issuer_that_is_away_invalidates_no_token() throws IOException {
        HttpServer first = issuer(0);
        int port = first.getAddress().getPort();
        first.stop(0);
        Map<String, String> settings = Map.of("atrium.auth.mode", "required", "atrium.permissions.everyone", "",
                "mp.jwt.verify.publickey.location", "http://127.0.0.1:" + port + "/jwks",
                "smallrye.jwt.jwks.forced-refresh-interval", "0");
        try (Replica replica = Replica.start(settings)) {
            assertThat(status(replica, token("old", OLD))).as("the token cannot be verified now").isEqualTo(503);
            try (RawSocket socket = RawSocket.connect(replica.port(), "/ws",
                    "Authorization: Bearer " + token("old", OLD) + "\r\n")) {
                assertThat(socket.status()).isEqualTo(503);
            }
            keys = Tokens.jwk("old", OLD);
            HttpServer issuer = issuer(port);
            try {
                SocketClient.await().untilAsserted(() -> assertThat(status(replica, token("old", OLD))).isEqualTo(200));
                assertThat(status(replica, token("new", NEW))).isEqualTo(401);
                keys = Tokens.jwk("old", OLD) + "," + Tokens.jwk("new", NEW);
                SocketClient.await().untilAsserted(() -> assertThat(status(replica, token("new", NEW))).isEqualTo(200));
                assertThat(status(replica, token("old", OLD))).isEqualTo(200);
                assertThat(status(replica, token("old", NEW))).isEqualTo(401);
            } finally {
                issuer.stop(0);
            }
            assertThat(status(replica, token("new", NEW))).as("known keys stay valid").isEqualTo(200);
        }
    }
}
