package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.security.HandshakeInfo;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Client of one namespace. All methods can be called from any thread. Those that return a {@code Uni} have begun when they
 * return, whether it is subscribed to or not.
 */
public interface Client {

    /** Id, unique in the cluster; also the name of a room whose only member is this client. */
    String id();

    /** User that the client's token names, or null. */
    String user();

    /** IP address of the client, read from {@code X-Forwarded-For} only if a trusted proxy has sent it; empty if unknown. */
    String address();

    /** Query and headers of the request that opened the client's connection. */
    HandshakeInfo handshake();

    /** Namespace of this client. */
    String namespace();

    /** Attributes that the application stores for this client, as long as it is connected. */
    Map<String, Object> attributes();

    /** Rooms that the client is in; after it has disconnected, those that it was in then. */
    Set<String> rooms();

    /** Makes the client a member of a room. Joins and leaves of one room take effect in the order of the calls. */
    Uni<Void> join(String room);

    /** Ends the client's membership of a room. */
    Uni<Void> leave(String room);

    /** Emits an event to this client. Arguments are anything that Jackson writes; {@code byte[]} stays bytes. */
    void emit(String event, Object... arguments);

    /**
     * Emits an event to this client and requests an acknowledgement.
     *
     * @return the first value of the acknowledgement, JSON {@code null} if it has none; or a
     *         {@link dev.atrium.gateway.ErrorReply}, 504 if none comes in time
     */
    Uni<JsonNode> emitWithAck(Duration timeout, String event, Object... arguments);

    /**
     * Emits an event as {@link #emitWithAck}, to a client that acknowledges with several values.
     *
     * @return all values of the acknowledgement, in their order
     */
    Uni<List<JsonNode>> emitWithAckValues(Duration timeout, String event, Object... arguments);

    /** Broadcast to all other clients of the namespace. */
    Broadcast others();

    /** Broadcast to the clients in some rooms, except this one. */
    Broadcast to(String... rooms);

    /** Disconnects the client from the namespace. The session cannot be resumed. */
    void disconnect();
}
