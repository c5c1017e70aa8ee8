package dev.atrium.transport.socketio;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.MessageJson;
import dev.atrium.gateway.RecoveryOffset;
import dev.atrium.room.Data;
import dev.atrium.room.Delivery;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.RoomId;
import dev.atrium.session.BytesFormat;
import dev.atrium.transport.websocket.Frames;
import java.util.List;

/** Encoder of room messages as Socket.IO events: the frame of a packet, followed by the frames of its attachments. */
final class SocketIoFormat extends BytesFormat {

    private static final SocketIoFormat PLAIN = new SocketIoFormat(false, false);
    private static final SocketIoFormat META = new SocketIoFormat(true, false);
    private static final SocketIoFormat OFFSET = new SocketIoFormat(false, true);
    private static final SocketIoFormat META_OFFSET = new SocketIoFormat(true, true);

    private static final String BINARY = "{\"_placeholder\":true,\"num\":0}";
    private static final char MESSAGE = '4';
    private static final int PREFIX_BYTES = 64;

    /** Recovery offset of a client that cannot be recovered, because it has received no message or lost some. */
    static final String NO_OFFSET = "";

    private final boolean meta;
    private final boolean offset;

    private SocketIoFormat(boolean meta, boolean offset) {
        this.meta = meta;
        this.offset = offset;
    }

    /**
     * @param meta whether events have one more argument, with the room, the sender, the time and the stream position
     * @param offset whether events have a last argument with the recovery offset
     */
    static SocketIoFormat of(boolean meta, boolean offset) {
        if (offset) {
            return meta ? META_OFFSET : OFFSET;
        }
        return meta ? META : PLAIN;
    }

    /** Whether events have a last argument with the recovery offset. */
    boolean hasOffset() {
        return offset;
    }

    @Override
    public byte[] encode(Delivery delivery) {
        if (delivery instanceof Message message) {
            return event(message.room().namespace(), null, message.event(), message.data(),
                    (meta ? "," + Json.text(j -> MessageJson.writeMeta(message, j)) : "")
                            + (offset ? "," + offset(message) : ""));
        }
        if (delivery instanceof HistoryGap gap) {
            return event(gap.room().namespace(), null, "@gap",
                    new Data.Json(Json.text(json -> MessageJson.writePlace(gap, json))), offset ? "," + quoted(NO_OFFSET) : "");
        }
        return null;
    }

    /** Null for a volatile message: stock clients take a last argument for their recovery offset only if it is a string. */
    private static String offset(Message message) {
        return message.isVolatile() ? "null" : quoted(RecoveryOffset.of(message).toString());
    }

    /**
     * @param id id of the requested acknowledgement, or null
     * @param more further arguments as JSON, each after a comma
     */
    static byte[] event(String namespace, String id, String event, Data data, String more) {
        String values = "[" + quoted(event) + arguments(data) + more + "]";
        List<byte[]> attachments = attachments(data);
        Packet.Type type = attachments.isEmpty() ? Packet.Type.EVENT : Packet.Type.BINARY_EVENT;
        return frames(type, namespace, id, values, attachments);
    }

    static byte[] frames(Packet.Type type, String namespace, String id, String payload, List<byte[]> attachments) {
        StringBuilder packet = new StringBuilder(PREFIX_BYTES + payload.length()).append(MESSAGE).append(type.ordinal());
        if (!attachments.isEmpty()) {
            packet.append(attachments.size()).append('-');
        }
        if (!namespace.equals(RoomId.DEFAULT_NAMESPACE)) {
            packet.append(namespace).append(',');
        }
        packet.append(id == null ? "" : id).append(payload);
        byte[] first = Frames.text(packet.toString());
        if (attachments.isEmpty()) {
            return first;
        }
        try (ByteArrayBuilder frames = new ByteArrayBuilder(first.length)) {
            frames.write(first);
            for (byte[] attachment : attachments) {
                frames.write(Frames.of(Frames.BINARY, attachment));
            }
            return frames.toByteArray();
        }
    }

    /** Encodes the arguments after the event's name, each after a comma. */
    static String arguments(Data data) {
        if (data instanceof Data.Arguments several) {
            String inside = several.json().substring(1, several.json().length() - 1);
            return inside.isEmpty() ? "" : "," + inside;
        }
        return "," + json(data);
    }

    /** Encodes one value. */
    static String json(Data data) {
        if (data instanceof Data.Text text) {
            return quoted(text.text());
        }
        return data instanceof Data.Json json ? json.json() : BINARY;
    }

    static List<byte[]> attachments(Data data) {
        if (data instanceof Data.Arguments several) {
            return several.attachments();
        }
        return data instanceof Data.Binary binary ? List.of(binary.bytes()) : List.of();
    }

    static String quoted(String text) {
        return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
