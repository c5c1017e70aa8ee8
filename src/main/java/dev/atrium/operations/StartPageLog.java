package dev.atrium.operations;

import dev.atrium.warmup.WarmUp;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Logs the page to open once the server is ready, as the last line of its start. */
@Singleton
final class StartPageLog {

    private static final Logger LOG = Logger.getLogger(StartPageLog.class);

    private final HttpServer server;
    private final WarmUp warmUp;
    private final Shutdown shutdown;

    StartPageLog(HttpServer server, WarmUp warmUp, Shutdown shutdown) {
        this.server = server;
        this.warmUp = warmUp;
        this.shutdown = shutdown;
    }

    void listening(@ObservesAsync HttpServerStart started) {
        warmUp.whenDone().onSuccess(ready -> {
            if (!shutdown.isDraining()) {
                LOG.infof("Open %s in a browser", server.getLocalBaseUri().resolve("/rooms/lobby"));
            }
        });
    }
}
