package dev.atrium.application;

import com.fasterxml.jackson.databind.JsonNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * One client in one namespace. All methods may be called from any thread, and those that return a {@code Uni} have begun when they
 * return, whether it is subscribed to or not.
 */
public interface Client {

    /** Unique in the cluster; also the name of a room that this client alone is in. */
    String id();

    /** The user that its token names, or null. */
    String user();

    /** The namespace that it is in. */
    String namespace();

    /** What the application keeps of it, as long as it is connected. */
    Map<String, Object> attributes();

    /** The rooms that it has joined. */
    Set<String> rooms();

    /** Lets it hear a room. */
    Uni<Void> join(String room);

    /** Lets it hear a room no longer. */
    Uni<Void> leave(String room);

    /** Tells this client something. Arguments are anything that Jackson writes; {@code byte[]} stays bytes. */
    void emit(String event, Object... arguments);

    /**
     * Tells this client something, and asks it to acknowledge that.
     *
     * @return what it acknowledges; or a {@link dev.atrium.gateway.ErrorReply}, 504 if it does not in time
     */
    Uni<JsonNode> emitWithAck(Duration timeout, String event, Object... arguments);

    /** All other clients of the namespace. */
    Broadcast others();

    /** The clients in some rooms, but not this one. */
    Broadcast to(String... rooms);

    /** Ends its stay in the namespace, for good. */
    void disconnect();
}
