package dev.atrium.transport.socketio;

import dev.atrium.application.Values;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.room.Data;
import java.util.List;
import java.util.function.Consumer;

/** Acknowledgement that a client may have requested with an event. It is sent once; later calls do nothing. */
final class Ack {

    private final String namespace;
    private final Consumer<byte[]> frames;
    private String id;

    /**
     * @param id id of the acknowledgement; null if the client has requested none
     * @param frames sends the acknowledgement, as ready-made frames
     */
    Ack(String namespace, String id, Consumer<byte[]> frames) {
        this.namespace = namespace;
        this.id = id;
        this.frames = frames;
    }

    private boolean isWanted() {
        return id != null;
    }

    /** Sends the acknowledgement. The values are a JSON array. */
    void give(String values, List<byte[]> attachments) {
        if (id != null) {
            Packet.Type type = attachments.isEmpty() ? Packet.Type.ACK : Packet.Type.BINARY_ACK;
            frames.accept(SocketIoFormat.frames(type, namespace, id, values, attachments));
            id = null;
        }
    }

    /** Sends the result of a handler: no value, or one. */
    void give(List<Object> values) {
        if (isWanted()) {
            Data data = Values.toData(values.toArray());
            String arguments = SocketIoFormat.arguments(data);
            give("[" + (arguments.isEmpty() ? "" : arguments.substring(1)) + "]", SocketIoFormat.attachments(data));
        }
    }

    void ok(Json.Value body) {
        give(ReplyJson.reply(null, 200, ReplyJson.body(body)));
    }

    void refused(Throwable failure) {
        ErrorReply error = ErrorReply.of(failure);
        give(ReplyJson.reply(null, error.code(), json -> json.writeStringField("error", error.getMessage())));
    }

    private void give(Json.Value reply) {
        if (isWanted()) {
            give('[' + Json.text(reply) + ']', List.of());
        }
    }
}
