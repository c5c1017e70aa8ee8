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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
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
    /** Type of an event with bytes in packets of Socket.IO 2, and of emitters in other languages. */
    private static final int BINARY_EVENT = 5;
    private static final int JOIN = 2;
    private static final int LEAVE = 3;
    private static final int DISCONNECT = 4;
    private static final int BROADCAST = 7;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Loaded with the first broadcast: most installations have no emitter. */
    private static final class MessagePackReader {

        private static final ObjectMapper MAPPER = new ObjectMapper(new MessagePackFactory());

        private static final int MAX_DEPTH = 200;

        static JsonNode read(byte[] bytes) throws IOException {
            try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
                check(unpacker, MAX_DEPTH);
            }
            return MAPPER.readTree(bytes);
        }

        /**
         * Skips a value. The mapper allocates what a length names before it finds that the bytes are not there: two gigabytes
         * for a message that was cut off, and the replica would end.
         */
        private static void check(MessageUnpacker unpacker, int depth) throws IOException {
            if (depth == 0) {
                throw new IOException("more than " + MAX_DEPTH + " levels");
            }
            switch (unpacker.getNextFormat().getValueType()) {
                case ARRAY -> checkAll(unpacker, unpacker.unpackArrayHeader(), depth);
                case MAP -> checkAll(unpacker, 2L * unpacker.unpackMapHeader(), depth);
                default -> unpacker.skipValue();
            }
        }

        private static void checkAll(MessageUnpacker unpacker, long values, int depth) throws IOException {
            for (long i = 0; i < values; i++) {
                check(unpacker, depth - 1);
            }
        }
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
                JsonNode message = MessagePackReader.read(bytes);
                JsonNode options = message.path(2);
                String room = channel.substring(channel.indexOf('#', prefix.length() + 1) + 1);
                broadcast(message.path(1), options, audience(options, room), SocketIoHandle::broadcast);
            } else if (channel.startsWith(prefix + "-request#") && bytes.length > 0) {
                String rest = channel.substring((prefix + "-request#").length());
                if (bytes[0] == '{') {
                    request(rest.substring(0, rest.indexOf('#')), JSON.readTree(bytes));
                } else {
                    broadcastWithAck(MessagePackReader.read(bytes));
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
            JsonNode options = request.path("opts");
            broadcast(request.path("packet"), options, audience(options), SocketIoHandle::broadcastIgnoringAck);
        }
    }

    private interface Emission {

        void emit(SocketIoHandle handle, String event, Data values);
    }

    /**
     * @param packet {@code {type, data: [event, …], nsp}}
     * @param options {@code {rooms, except, flags}}
     */
    private void broadcast(JsonNode packet, JsonNode options, Audience audience, Emission emission) {
        JsonNode data = packet.path("data");
        String event = data.path(0).asText();
        int type = packet.path("type").asInt();
        if (type != EVENT && type != BINARY_EVENT || event.isEmpty() || PublicationRules.RESERVED_EVENTS.contains(event)) {
            return;
        }
        String namespace = packet.path("nsp").asText(RoomId.DEFAULT_NAMESPACE);
        List<Object> arguments = new ArrayList<>();
        for (int i = 1; i < data.size(); i++) {
            arguments.add(EmitterValues.json(data.get(i)));
        }
        Data values = Values.toData(arguments.toArray());
        boolean isVolatile = options.path("flags").path("volatile").asBoolean();
        begin(clients.here(namespace, audience).each(session -> {
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
                : clients.here(namespace, audience(request.path("opts")));
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

    /**
     * The clients that a broadcast is for. Emitters in other languages publish one for several rooms on the channel of each
     * room: a client that is in two of them is sent it by that of the first.
     *
     * @param room end of the channel, {@code <room>#}; empty for a channel that names none
     */
    static Audience audience(JsonNode options, String room) {
        Set<String> except = names(options.path("except"));
        for (String each : names(options.path("rooms"))) {
            if (room.equals(each + "#")) {
                return new Audience(Set.of(each), except);
            }
            except.add(each);
        }
        return audience(options);
    }

    private static Audience audience(JsonNode options) {
        return new Audience(names(options.path("rooms")), names(options.path("except")));
    }

    private static Set<String> names(JsonNode array) {
        Set<String> names = new LinkedHashSet<>();
        array.forEach(name -> names.add(name.asText()));
        return names;
    }

    private static void begin(Uni<?> work) {
        work.subscribe().with(done -> {
        }, failure -> LOG.warnf("A request of an emitter failed: %s", failure.getMessage()));
    }
}
