package dev.atrium.operations;

import dev.atrium.warmup.WarmUp;
import io.quarkus.vertx.http.HttpServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.net.URI;
import org.jboss.logging.Logger;

/** Logs the page to open once the server is ready, as the last line of its start. */
@Singleton
final class StartPageLog {

    private static final Logger LOG = Logger.getLogger(StartPageLog.class);

    private final ListeningAddress address;
    private final WarmUp warmUp;
    private final Shutdown shutdown;

    StartPageLog(ListeningAddress address, WarmUp warmUp, Shutdown shutdown) {
        this.address = address;
        this.warmUp = warmUp;
        this.shutdown = shutdown;
    }

    void listening(@ObservesAsync HttpServerStart started) {
        address.whenKnown().subscribe().with(this::logWhenWarm,
                failure -> LOG.warnf("The address of the server is not known: %s", failure.getMessage()));
    }

    private void logWhenWarm(URI base) {
        warmUp.whenDone().onSuccess(ready -> {
            if (!shutdown.isDraining()) {
                LOG.infof("Open %s in a browser", base.resolve("/rooms/lobby"));
            }
        });
    }
}
