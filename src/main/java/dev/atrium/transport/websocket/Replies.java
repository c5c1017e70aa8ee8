package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.gateway.Joined;
import dev.atrium.room.Presence;
import dev.atrium.room.Receipt;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What the server says to one client of the session protocol, as whole frames. Pure: values in, bytes out. */
final class Replies {

    private Replies() {
    }

    /** The fields of a body. */
    private interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] welcome(String id, Duration interval, Duration timeout) {
        return push("@welcome", json -> {
            json.writeStringField("id", id);
            json.writeObjectFieldStart("heartbeat");
            json.writeNumberField("interval", interval.toMillis());
            json.writeNumberField("timeout", timeout.toMillis());
            json.writeEndObject();
            json.writeNullField("resume");
        });
    }

    static byte[] goodbye(CloseReason reason, int reconnectAfterMillis) {
        return push("@goodbye", json -> {
            json.writeStringField("reason", reason.text());
            json.writeObjectFieldStart("reconnect");
            json.writeNumberField("after", reconnectAfterMillis);
            json.writeEndObject();
        });
    }

    static byte[] ok(Long seq) {
        return Json.textFrame(json -> {
            start(json, seq, 200);
            json.writeEndObject();
        });
    }

    static byte[] joined(Long seq, Joined joined) {
        return reply(seq, json -> {
            json.writeStringField("room", joined.room().name());
            json.writeStringField("epoch", joined.position().epoch());
            json.writeNumberField("offset", joined.position().offset());
            json.writeBooleanField("recovered", false);
        });
    }

    static byte[] left(Long seq, RoomId room) {
        return reply(seq, json -> json.writeStringField("room", room.name()));
    }

    static byte[] sent(Long seq, Receipt receipt) {
        return reply(seq, json -> {
            json.writeStringField("epoch", receipt.position().epoch());
            json.writeNumberField("offset", receipt.position().offset());
            json.writeNumberField("at", receipt.atMicros() / 1000);
        });
    }

    static byte[] members(Long seq, List<Presence> members) {
        return reply(seq, json -> {
            json.writeArrayFieldStart("members");
            for (Presence member : members) {
                json.writeStartObject();
                json.writeStringField("id", member.who().id());
                if (member.who().user() != null) {
                    json.writeStringField("user", member.who().user());
                }
                json.writeNumberField("since", member.since());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static byte[] error(Long seq, int code, String error) {
        return Json.textFrame(json -> {
            start(json, seq, code);
            json.writeStringField("error", error);
            json.writeEndObject();
        });
    }

    private static byte[] reply(Long seq, Body body) {
        return Json.textFrame(json -> {
            start(json, seq, 200);
            json.writeObjectFieldStart("body");
            body.write(json);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static byte[] push(String event, Body data) {
        return Json.textFrame(json -> {
            json.writeStartObject();
            json.writeStringField("event", event);
            json.writeObjectFieldStart("data");
            data.write(json);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static void start(JsonGenerator json, Long seq, int code) throws IOException {
        json.writeStartObject();
        if (seq != null) {
            json.writeNumberField("seq", seq);
        }
        json.writeNumberField("code", code);
    }
}
