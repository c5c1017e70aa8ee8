package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.session.CloseReason;
import io.smallrye.mutiny.Uni;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The handlers of one namespace. On the client's event loop. */
public final class NamespaceHandlers {

    private final Map<String, Handler> events = new HashMap<>();
    private final Clients clients;
    private Handler connect;
    private Handler disconnect;

    NamespaceHandlers(Clients clients) {
        this.clients = clients;
    }

    /** All clients, for transports that create a {@link Client}. */
    public Clients clients() {
        return clients;
    }

    /** Calls the connect handler. A failure rejects the client. */
    public Uni<Void> connected(Client client, JsonNode auth) {
        return connect == null ? Uni.createFrom().voidItem()
                : connect.call(client, null, List.of(auth)).replaceWithVoid()
                        .onFailure(failure -> !(failure instanceof RefusedException))
                        .transform(failure -> failed(connect, failure));
    }

    /**
     * Calls the handler of an event.
     *
     * @return values to acknowledge, empty for none; null if the event has no handler. A failure is an {@link ErrorReply}
     * @throws ErrorReply 400 if the arguments cannot be converted
     */
    public Uni<List<Object>> event(Client client, String event, Supplier<List<JsonNode>> arguments) {
        Handler handler = events.get(event);
        return handler == null ? null
                : handler.call(client, null, arguments.get())
                        .map(value -> handler.description().returnsNothing() ? List.of() : acknowledged(value))
                        .onFailure().transform(failure -> failed(handler, failure));
    }

    /** An array of objects becomes several values, because a Socket.IO acknowledgement can have several arguments. */
    private static List<Object> acknowledged(Object value) {
        return value != null && value.getClass() == Object[].class ? Arrays.asList((Object[]) value)
                : Collections.singletonList(value);
    }

    public void disconnected(Client client, CloseReason reason) {
        if (disconnect != null) {
            disconnect.call(client, reason, List.of()).subscribe().with(
                    done -> {
                    }, disconnect::failed);
        }
    }

    void add(Handler handler) {
        switch (handler.description().kind()) {
            case CONNECT -> connect = handler;
            case DISCONNECT -> disconnect = handler;
            case EVENT -> events.put(handler.description().event(), handler);
        }
    }

    private static ErrorReply failed(Handler handler, Throwable failure) {
        if (failure instanceof ErrorReply error) {
            return error;
        }
        handler.failed(failure);
        return new ErrorReply(500, "the handler of this event failed");
    }
}
