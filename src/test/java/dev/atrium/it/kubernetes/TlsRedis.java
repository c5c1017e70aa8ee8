package dev.atrium.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import org.awaitility.Awaitility;

/** Debian's Redis with TLS and a password, and a self-signed certificate for {@code localhost}. */
final class TlsRedis implements AutoCloseable {

    private static final String PASSWORD = "changeit";

    private final Process process;
    private final int port;

    private TlsRedis(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts Redis. Skips the test if there is no {@code redis-server}: the one that comes in a jar was built without TLS. */
    static TlsRedis start(Path directory) throws Exception {
        String program = Tool.require("redis-server").toString();
        int port = RedisProcess.freePort();
        Path certificate = certificate(directory);
        Path log = directory.resolve("redis.log");
        Process process = new ProcessBuilder(program, "--port", "0", "--tls-port", Integer.toString(port), "--bind",
                "127.0.0.1",
                "--tls-cert-file", certificate.toString(), "--tls-key-file", directory.resolve("redis.key").toString(),
                "--tls-ca-cert-file", certificate.toString(), "--tls-auth-clients", "no", "--requirepass", PASSWORD,
                "--save", "", "--dir", directory.toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        Awaitility.await("Redis").atMost(Duration.ofSeconds(10))
                .until(() -> Files.readString(log).contains("Ready to accept connections")
                        || !process.isAlive());
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
        return new TlsRedis(process, port);
    }

    /** URL with a host name; the certificate is valid for one only. */
    String url(String host) {
        return "rediss://:" + PASSWORD + "@" + host + ":" + port;
    }

    /** Creates a self-signed certificate in {@code ca.crt}; its key is in {@code redis.key}. */
    static Path certificate(Path directory) throws IOException, InterruptedException, GeneralSecurityException {
        Path store = directory.resolve("redis.p12");
        Path certificate = directory.resolve("ca.crt");
        keytool("-genkeypair", "-alias", "redis", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=redis", "-ext",
                "san=dns:localhost",
                "-ext", "bc=ca:true", "-validity", "2", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass",
                PASSWORD);
        keytool("-exportcert", "-rfc", "-alias", "redis", "-file", certificate.toString(), "-keystore", store.toString(),
                "-storepass", PASSWORD);
        Key key = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()).getKey("redis", PASSWORD.toCharArray());
        Files.writeString(directory.resolve("redis.key"), "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getEncoded()) + "\n-----END PRIVATE KEY-----\n");
        return certificate;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        assertThat(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor()).isZero();
    }
}
