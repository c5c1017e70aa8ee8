package dev.atrium.transport.socketio;

import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.PublicationRules;
import dev.atrium.room.Data;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import dev.atrium.session.RequestMemory;
import dev.atrium.transport.engineio.EngineSocket;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Socket.IO connection of one client: its namespaces over one Engine.IO connection. An invalid packet closes the connection, as
 * clients expect. On the connection's event loop only.
 */
final class SocketIoConnection implements EngineSocket.Listener {

    private static final Logger LOG = Logger.getLogger(SocketIoConnection.class);

    /** Maximum number of namespaces that are remembered: more than a client can be in at a time. */
    private static final int MAX_ENTERED = 200;

    /** Bytes that a client in no namespace may leave unread: no budget of sessions counts them. */
    private static final int MAX_UNREAD_BYTES = 64 * 1024;

    private final Namespaces namespaces;
    private final SocketIoConfig config;
    private final EngineSocket socket;
    private final Map<String, NamespaceSocket> joined = new HashMap<>(2);
    private final ScheduledFuture<?> connectTimeout;
    /** Namespaces that the client is in, or was: it may send to one before it knows that the server has ended that. */
    private Set<String> entered = Set.of();
    private final RequestMemory memory;
    private IncompletePacket incomplete;

    /** @param memory of all requests, for packets whose attachments have not all arrived */
    SocketIoConnection(Namespaces namespaces, SocketIoConfig config, RequestMemory memory, EngineSocket socket) {
        this.memory = memory;
        this.namespaces = namespaces;
        this.config = config;
        this.socket = socket;
        this.connectTimeout = socket.eventLoop().schedule(socket::close, config.connectTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void text(String message) {
        try {
            if (incomplete != null) {
                throw new MalformedPacketException("expected an attachment");
            }
            Packet packet = PacketParser.parse(message, config.maxAttachments());
            if (packet.type().isBinary()) {
                incomplete = new IncompletePacket(packet);
            } else {
                handle(packet, List.of());
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
    }

    @Override
    public void binary(byte[] message) {
        try {
            if (incomplete == null) {
                throw new MalformedPacketException("expected no attachment");
            }
            if (incomplete.add(message)) {
                IncompletePacket complete = incomplete;
                incomplete = null;
                complete.share.release();
                handle(complete.packet, complete.attachments);
            }
        } catch (MalformedPacketException e) {
            malformed(e);
        }
    }

    @Override
    public void upgraded(String transport) {
        joined.values().forEach(each -> namespaces.upgraded(each.session(), transport));
    }

    @Override
    public void flooded() {
        if (joined.isEmpty()) {
            namespaces.flooded(socket.caller());
        } else {
            // Reported for the authenticated callers: many clients may share an address.
            joined.values().forEach(each -> namespaces.flooded(each.session().caller()));
        }
    }

    private static int size(Packet packet, List<byte[]> attached) {
        return packet.payload().length() + attached.stream().mapToInt(bytes -> bytes.length).sum();
    }

    @Override
    public void closed(CloseReason reason) {
        connectTimeout.cancel(false);
        if (incomplete != null) {
            incomplete.share.release();
            incomplete = null;
        }
        // With recovery, a closed transport counts as a lost connection: only a DISCONNECT packet means that the client does
        // not reconnect.
        boolean comesBack = config.connectionStateRecovery() && (reason == CloseReason.NORMAL || reason == CloseReason.RESUMED);
        CloseReason ofSessions = comesBack ? CloseReason.CONNECTION_LOST : reason;
        List.copyOf(joined.values()).forEach(each -> each.end(ofSessions));
        joined.clear();
    }

    private void malformed(MalformedPacketException e) {
        LOG.debugf("A connection is closed because of a malformed packet: %s", e.getMessage());
        socket.fail(CloseReason.PROTOCOL_ERROR);
    }

    private void handle(Packet packet, List<byte[]> attached) {
        switch (packet.type()) {
            case CONNECT -> sparingly(packet, attached, () -> connect(packet));
            case DISCONNECT -> sparingly(packet, attached, () -> disconnect(packet));
            case EVENT, BINARY_EVENT -> event(packet, attached);
            case ACK, BINARY_ACK -> sparingly(packet, attached, () -> ack(packet, attached));
            default -> throw new MalformedPacketException("not for a server");
        }
    }

    /** Charges a packet that no session is charged for to the connection's token bucket. */
    private void sparingly(Packet packet, List<byte[]> attached, Runnable work) {
        if (socket.spend(size(packet, attached))) {
            work.run();
        }
    }

    private void connect(Packet packet) {
        if (joined.containsKey(packet.namespace()) || packet.id() != null) {
            throw new MalformedPacketException("already in that namespace");
        }
        if (!packet.payload().isEmpty() && !Arguments.isObject(packet.payload())) {
            throw new MalformedPacketException("expected an object");
        }
        if (packet.namespace().length() > RoomId.MAX_BYTES) {
            // Its CONNECT_ERROR would repeat up to a megabyte.
            throw new MalformedPacketException("the namespace is too long");
        }
        if (joined.isEmpty() && socket.sendQueue().pendingBytes() > MAX_UNREAD_BYTES) {
            socket.fail(CloseReason.SLOW_CONSUMER);
            return;
        }
        namespaces.connect(socket, packet.namespace(), packet.payload(), joined, () -> entered(packet.namespace()));
    }

    private void entered(String namespace) {
        connectTimeout.cancel(false);
        if (!entered.contains(namespace) && entered.size() < MAX_ENTERED) {
            // Not a set that grows: most connections have one namespace, and are idle.
            entered = Stream.concat(entered.stream(), Stream.of(namespace)).collect(Collectors.toUnmodifiableSet());
        }
    }

    private void disconnect(Packet packet) {
        if (!packet.payload().isEmpty()) {
            throw new MalformedPacketException("expected no payload");
        }
        NamespaceSocket namespace = joined(packet);
        if (namespace != null) {
            namespace.end(CloseReason.NORMAL);
        }
    }

    private void event(Packet packet, List<byte[]> attached) {
        NamespaceSocket namespace = joined(packet);
        if (namespace == null || packet.payload().isEmpty()) {
            socket.spend(size(packet, attached));
            return;
        }
        Arguments arguments;
        try {
            arguments = Arguments.parse(packet.payload(), attached);
        } catch (ErrorReply refused) {
            namespace.refuse(refused, size(packet, attached), packet.id());
            return;
        }
        String name = arguments.text(0);
        if (name == null && arguments.size() > 0 && isNumber(arguments.values().get(0))) {
            name = ((Data.Json) arguments.values().get(0)).json();
        }
        if (name == null || PublicationRules.RESERVED_EVENTS.contains(name)) {
            throw new MalformedPacketException("expected the name of an event");
        }
        namespace.event(name, arguments, size(packet, attached), packet.id());
    }

    private void ack(Packet packet, List<byte[]> attached) {
        NamespaceSocket namespace = joined(packet);
        if (namespace == null || packet.payload().isEmpty()) {
            return;
        }
        try {
            namespace.ack(packet.id(), Arguments.parse(packet.payload(), attached));
        } catch (ErrorReply refused) {
            LOG.debugf("An acknowledgement is ignored: %s", refused.getMessage());
        }
    }

    /** Returns the client's socket in the namespace of a packet; null if it has ended there, and the packet is ignored. */
    private NamespaceSocket joined(Packet packet) {
        NamespaceSocket namespace = joined.get(packet.namespace());
        if (namespace == null && !entered.contains(packet.namespace())) {
            throw new MalformedPacketException("not in that namespace");
        }
        return namespace;
    }

    private static boolean isNumber(Data value) {
        if (!(value instanceof Data.Json json)) {
            return false;
        }
        char first = json.json().charAt(0);
        return first == '-' || first >= '0' && first <= '9';
    }

    /** Packet whose attachments arrive, each in a message of its own. */
    private final class IncompletePacket {

        private final Packet packet;
        private final List<byte[]> attachments;
        private final RequestMemory.Share share;
        private long bytes;

        IncompletePacket(Packet packet) {
            this.packet = packet;
            this.attachments = new ArrayList<>(packet.attachments());
            this.share = memory.share(socket.eventLoop(), () -> socket.fail(CloseReason.TRY_LATER));
            this.bytes = (long) Character.BYTES * packet.payload().length();
            // Also without an attachment: the text alone may have the size of a whole message.
            share.hold(bytes);
        }

        /** Adds an attachment, and returns whether it is the last one. */
        boolean add(byte[] attachment) {
            attachments.add(attachment);
            bytes += attachment.length;
            share.hold(bytes);
            return attachments.size() == packet.attachments();
        }
    }
}
