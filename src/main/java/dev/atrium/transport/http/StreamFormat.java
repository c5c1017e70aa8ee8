package dev.atrium.transport.http;

import dev.atrium.gateway.Joined;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.MessageJson;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.room.Delivery;
import dev.atrium.room.HistoryGap;
import dev.atrium.room.Message;
import dev.atrium.room.StreamPosition;
import dev.atrium.session.BytesFormat;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Transport;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;

/** Base of the formats of endless responses: one event at a time, each with its stream position. */
abstract class StreamFormat extends BytesFormat {

    private final Transport transport;
    private final String contentType;
    private final byte[] heartbeat;

    /** @param heartbeat ignored by clients */
    StreamFormat(Transport transport, String contentType, String heartbeat) {
        this.transport = transport;
        this.contentType = contentType;
        this.heartbeat = bytes(heartbeat);
    }

    final Transport transport() {
        return transport;
    }

    final String contentType() {
        return contentType;
    }

    final byte[] heartbeat() {
        return heartbeat;
    }

    final void setHeaders(HttpServerResponse response) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                // Turns off the buffering of proxies such as nginx, which would delay messages.
                .putHeader("X-Accel-Buffering", "no");
    }

    byte[] head() {
        return new byte[0];
    }

    /** Whether a response with another status than 200 ends this client for good. */
    boolean endsForGood() {
        return true;
    }

    /** Encodes a whole response that only makes the client reconnect after a delay. */
    final Buffer retry(int afterMillis) {
        return Buffer.buffer(head()).appendBytes(goodbye(CloseReason.TRY_LATER, afterMillis));
    }

    /**
     * @param position stream position after the event; null if it does not change
     * @param json one line
     */
    abstract byte[] event(String event, StreamPosition position, byte[] json);

    /** Encodes the last event: the reason of the close, and the reconnect delay. */
    byte[] goodbye(CloseReason reason, int reconnectAfterMillis) {
        return event("@goodbye", null, Json.bytes(ReplyJson.goodbye(reason, reconnectAfterMillis)));
    }

    /** Encodes the first event: the session's id, and the stream position. */
    final byte[] welcome(String sessionId, Joined joined) {
        return event("@welcome", joined.position(), Json.bytes(ReplyJson.push("@welcome", json -> {
            json.writeStringField("id", sessionId);
            ReplyJson.writeFields(joined, json);
        })));
    }

    /** Encodes the expiry of the client's token, in milliseconds since 1970; the client has to reconnect with another token. */
    final byte[] expiring(long expires) {
        return event("@expiring", null,
                Json.bytes(ReplyJson.push("@expiring", json -> json.writeNumberField("expires", expires))));
    }

    @Override
    public final byte[] encode(Delivery delivery) {
        if (delivery instanceof Message message) {
            return event(message.event(), message.isVolatile() ? null : message.position(),
                    Json.bytes(json -> MessageJson.writeWhole(message, json)));
        }
        if (delivery instanceof HistoryGap gap) {
            return event("@gap", gap.position(), Json.bytes(json -> MessageJson.write(gap, json)));
        }
        return null;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
