package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;

/** One of the {@link LocalClients}: the part of a client that an operation on many clients uses. */
interface LocalClient {

    Map<String, Object> attributes();

    Uni<Void> join(String room);

    Uni<Void> leave(String room);

    /** Whether the client can acknowledge events. */
    boolean acknowledges();

    Uni<JsonNode> emitWithAck(Duration timeout, String event, Object... arguments);
}
