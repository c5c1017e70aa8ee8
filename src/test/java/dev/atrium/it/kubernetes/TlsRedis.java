package dev.atrium.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Certificate;
import dev.atrium.it.fixture.RedisProcess;
import dev.atrium.it.fixture.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
        Certificate certificate = certificate(directory);
        Path log = directory.resolve("redis.log");
        Process process = new ProcessBuilder(program, "--port", "0", "--tls-port", Integer.toString(port), "--bind",
                "127.0.0.1",
                "--tls-cert-file", certificate.file().toString(), "--tls-key-file", certificate.keyFile().toString(),
                "--tls-ca-cert-file", certificate.file().toString(), "--tls-auth-clients", "no", "--requirepass", PASSWORD,
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

    /** Creates a self-signed certificate in {@code ca.crt}. */
    static Certificate certificate(Path directory) throws IOException {
        return Certificate.make(directory, "ca", "san=dns:localhost", "bc=ca:true");
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
