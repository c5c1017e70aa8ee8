package dev.atrium.bench.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import redis.embedded.core.ExecutableProvider;

/**
 * Redis process for one run: the binary that REDIS_SERVER names, else the installed one, else the one bundled with the tests.
 */
public record RedisServer(int port, ServerProcess process) implements AutoCloseable {

    public static RedisServer start(Site site) {
        int port = FreePort.find();
        List<String> command = List.of(executable(), "--bind", "127.0.0.1", "--port", Integer.toString(port),
                "--save", "", "--appendonly", "no");
        ServerProcess process = ServerProcess
                .start(site.pinning().command(Pinning.REST, command), site.work().toFile(), site.log("redis"))
                .awaitListening(port);
        return new RedisServer(port, process);
    }

    private static String executable() {
        return Optional.ofNullable(System.getenv("REDIS_SERVER"))
                .or(() -> Executables.find("redis-server"))
                .orElseGet(RedisServer::embedded);
    }

    private static String embedded() {
        try {
            return ExecutableProvider.newJarResourceProvider().get().getPath();
        } catch (IOException e) {
            throw new UncheckedIOException("no Redis for this system; set REDIS_SERVER", e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
