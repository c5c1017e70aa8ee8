package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.Command;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.function.Supplier;

/**
 * Call of one of the application's handlers. The result is what the client is acknowledged with; null if there is no handler of
 * that event.
 *
 * @param handlers the handlers of the session's namespace; null if it has none
 * @param arguments converts the arguments of the client, once it is charged and if there is a handler for them
 */
public record Call(NamespaceHandlers handlers, Client client, String event, Supplier<List<JsonNode>> arguments)
        implements
            Command.Extension<Session, List<Object>> {

    @Override
    public void permit(Session session, AccessControl access) {
        access.requireNamespace(session, session.namespace());
    }

    @Override
    public Uni<List<Object>> run(Session session) {
        Uni<List<Object>> called = handlers == null ? null : handlers.event(client, event, arguments);
        return called == null ? Uni.createFrom().nullItem() : called;
    }
}
