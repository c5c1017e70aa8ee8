package dev.atrium.transport.websocket;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Clients;
import dev.atrium.application.SessionHandle;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** The application's handle of a client of the session protocol; events are sent to it through the session's own room. */
final class SessionProtocolHandle extends SessionHandle {

    private static final Logger LOG = Logger.getLogger(SessionProtocolHandle.class);

    private final Clients clients;

    SessionProtocolHandle(Clients clients, Session session) {
        super(clients, session);
        this.clients = clients;
    }

    @Override
    public void emit(String event, Object... arguments) {
        clients.in(namespace()).to(id()).emit(event, arguments).subscribe().with(
                sent -> {
                }, failure -> LOG.debugf("An event was not sent: %s", failure.getMessage()));
    }

    /** Fails with 501: the session protocol has no acknowledgements by clients. */
    @Override
    public Uni<List<JsonNode>> emitWithAckValues(Duration timeout, String event, Object... arguments) {
        return Uni.createFrom().failure(new ErrorReply(501, "clients of the session protocol acknowledge nothing"));
    }
}
