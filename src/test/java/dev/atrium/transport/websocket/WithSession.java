package dev.atrium.transport.websocket;

import dev.atrium.room.History;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Membership;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import dev.atrium.room.RoomSource;
import dev.atrium.room.Rooms;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import dev.atrium.security.Caller;
import dev.atrium.security.Identity;
import dev.atrium.security.Permissions;
import dev.atrium.session.ClientConnection;
import dev.atrium.session.CloseReason;
import dev.atrium.session.SendQueue;
import dev.atrium.session.Session;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.SessionRequest;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A session on an embedded event loop, and rooms that it can be in. */
abstract class WithSession {

    final EmbeddedChannel channel = new EmbeddedChannel();
    final Sessions sessions = new Sessions(new Node("node-1"), new SmallRyeConfigBuilder().withMapping(SessionConfig.class)
            .withValidateUnknown(false)
            .withSources(new PropertiesConfigSource(Map.of("atrium.outbox.limit", "1K"), "test", 100))
            .build().getConfigMapping(SessionConfig.class));

    /** Every room has its own name as epoch, and as many messages as the name has letters. */
    private final Rooms rooms = new Rooms(new RoomSource() {
        @Override
        public void subscribe(RoomId room, Subscriber subscriber) {
            subscriber.subscribed(new StreamPosition("e-" + room.name(), room.name().length()));
        }

        @Override
        public void unsubscribe(RoomId room) {
            // The test has no backplane to unsubscribe from.
        }

        @Override
        public Uni<History> history(RoomId room, HistoryQuery query) {
            return Uni.createFrom().item(new History(StreamPosition.START, List.of()));
        }
    }, (message, members) -> {
    }, (message, loops) -> null);

    private static final ClientConnection SILENT = new ClientConnection() {
        @Override
        public SendQueue sendQueue() {
            return null;
        }

        @Override
        public void ping() {
            throw new AssertionError("no client was silent");
        }

        @Override
        public void close(CloseReason reason, String detail) {
            throw new AssertionError("no client has closed the connection");
        }
    };

    Session session(Identity identity) {
        return sessions
                .open(new SessionRequest(new Caller(identity, "192.0.2.1"), channel.eventLoop(), "/", Transport.SESSION, SILENT,
                        SessionFormat.INSTANCE), null, new Session.Listener() {
                            @Override
                            public void closed(Session session, CloseReason reason) {
                                throw new AssertionError("no client has closed the connection");
                            }

                            @Override
                            public void heartbeatMissed(Session session) {
                                throw new AssertionError("no client was silent");
                            }
                        });
    }

    Membership join(Session session, String room) {
        Membership membership = rooms.join(session, RoomId.of("/", room), false, null, () -> true).await().indefinitely();
        session.entered(membership);
        return membership;
    }

    static Identity user(String name) {
        return new Identity(Identity.Kind.TOKEN, name, Permissions.NONE, 1795218376447L);
    }

    /** The JSON of a frame; a line break and what follows it are those of a binary one. */
    static String text(byte[] frame) {
        ByteBuf bytes = Unpooled.wrappedBuffer(frame).skipBytes(1);
        Frames.readLength(bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
