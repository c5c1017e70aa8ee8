package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.atrium.application.Clients;
import dev.atrium.application.LocalClients;
import dev.atrium.application.Values;
import dev.atrium.gateway.Cluster;
import dev.atrium.gateway.PublicationRules;
import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import dev.atrium.room.RoomId;
import dev.atrium.room.SessionId;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.msgpack.jackson.dataformat.MessagePackFactory;

/**
 * Subscriber to the Redis channels of {@code @socket.io/redis-emitter} 5 and of servers with {@code @socket.io/redis-adapter}
 * 8: broadcasts as MessagePack on {@code <prefix>#<namespace>#}, and requests on {@code <prefix>-request#<namespace>#}, as
 * JSON, or as MessagePack if they are broadcasts with acknowledgement. Each replica applies them to its own clients.
 */
@Singleton
final class RedisEmitterSubscriber {

    private static final Logger LOG = Logger.getLogger(RedisEmitterSubscriber.class);

    private static final int EVENT = 2;
    private static final int JOIN = 2;
    private static final int LEAVE = 3;
    private static final int DISCONNECT = 4;
    private static final int BROADCAST = 7;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Loaded with the first broadcast: most installations have no emitter. */
    private static final class MessagePack {

        private static final ObjectMapper MAPPER = new ObjectMapper(new MessagePackFactory());
    }

    private final Cluster cluster;
    private final Clients clients;
    private final SocketIoConfig config;

    RedisEmitterSubscriber(Cluster cluster, Clients clients, SocketIoConfig config) {
        this.cluster = cluster;
        this.clients = clients;
        this.config = config;
    }

    void begin(@Observes StartupEvent started) {
        config.emitters()
                .ifPresent(prefix -> cluster.listen(prefix + "*", (channel, bytes) -> received(prefix, channel, bytes)));
    }

    void received(String prefix, String channel, byte[] bytes) {
        try {
            if (channel.startsWith(prefix + "#")) {
                JsonNode message = MessagePack.MAPPER.readTree(bytes);
                broadcast(message.path(1), message.path(2), SocketIoHandle::broadcast);
            } else if (channel.startsWith(prefix + "-request#") && bytes.length > 0) {
                String rest = channel.substring((prefix + "-request#").length());
                if (bytes[0] == '{') {
                    request(rest.substring(0, rest.indexOf('#')), JSON.readTree(bytes));
                } else {
                    broadcastWithAck(MessagePack.MAPPER.readTree(bytes));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Handles a broadcast with acknowledgement: {@code {uid, requestId, type, packet, opts}}. Its server waits for the other
     * servers of Node alone, and is sent none of the acknowledgements of clients here.
     */
    private void broadcastWithAck(JsonNode request) {
        if (request.path("type").asInt() == BROADCAST) {
            broadcast(request.path("packet"), request.path("opts"), SocketIoHandle::broadcastIgnoringAck);
        }
    }

    private interface Emission {

        void emit(SocketIoHandle handle, String event, Data values);
    }

    /**
     * Emits the event of a broadcast.
     *
     * @param packet {@code {type, data: [event, …], nsp}}
     * @param options {@code {rooms, except, flags}}
     */
    private void broadcast(JsonNode packet, JsonNode options, Emission emission) {
        JsonNode data = packet.path("data");
        String event = data.path(0).asText();
        if (packet.path("type").asInt() != EVENT || event.isEmpty() || PublicationRules.RESERVED_EVENTS.contains(event)) {
            return;
        }
        String namespace = packet.path("nsp").asText(RoomId.DEFAULT_NAMESPACE);
        List<Object> arguments = new ArrayList<>();
        for (int i = 1; i < data.size(); i++) {
            arguments.add(EmitterValues.json(data.get(i)));
        }
        Data values = Values.toData(arguments.toArray());
        boolean isVolatile = options.path("flags").path("volatile").asBoolean();
        begin(localClients(namespace, options).each(session -> {
            SocketIoHandle handle = session.attachment(SocketIoHandle.class);
            if (handle != null && !(isVolatile && session.isBehind())) {
                emission.emit(handle, event, values);
            }
        }));
    }

    /**
     * Handles a request. One without {@code opts}, as older servers send them, concerns the client of its {@code sid}, and the
     * room of its {@code room}: options that are missing must not be taken for those that name all clients.
     */
    private void request(String namespace, JsonNode request) {
        boolean ofOne = !request.path("opts").isObject();
        String sid = request.path("sid").asText();
        if (ofOne && !SessionId.isSessionId(sid)) {
            return;
        }
        LocalClients localClients = ofOne ? clients.here(namespace, Audience.ofSession(sid))
                : localClients(namespace, request.path("opts"));
        Set<String> rooms = ofOne ? Set.of(request.path("room").asText()) : names(request.path("rooms"));
        switch (request.path("type").asInt()) {
            case JOIN -> begin(localClients.join(rooms));
            case LEAVE -> begin(localClients.leave(rooms));
            case DISCONNECT -> begin(request.path("close").asBoolean()
                    ? localClients.each(RedisEmitterSubscriber::disconnect)
                    : localClients.disconnect());
            default -> {
                // Other types are requests between servers, which do not concern this one.
            }
        }
    }

    /** Ends the whole connection of a client, with all its namespaces. */
    private static void disconnect(Session session) {
        SocketIoHandle handle = session.attachment(SocketIoHandle.class);
        if (handle != null) {
            handle.disconnectAll();
        } else {
            session.closeSoon(CloseReason.DISCONNECTED);
        }
    }

    private LocalClients localClients(String namespace, JsonNode options) {
        return clients.here(namespace, new Audience(names(options.path("rooms")), names(options.path("except"))));
    }

    private static Set<String> names(JsonNode array) {
        Set<String> names = new HashSet<>();
        array.forEach(name -> names.add(name.asText()));
        return names;
    }

    private static void begin(Uni<?> work) {
        work.subscribe().with(done -> {
        }, failure -> LOG.warnf("A request of an emitter failed: %s", failure.getMessage()));
    }
}
