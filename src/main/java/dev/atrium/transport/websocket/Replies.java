package dev.atrium.transport.websocket;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.atrium.application.Values;
import dev.atrium.gateway.Authentication;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Joined;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.MemberPage;
import dev.atrium.gateway.MessageJson;
import dev.atrium.gateway.ReplyJson;
import dev.atrium.gateway.Resumed;
import dev.atrium.room.History;
import dev.atrium.room.Membership;
import dev.atrium.room.Presence;
import dev.atrium.room.PublishResult;
import dev.atrium.room.RoomId;
import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.SessionConfig;
import java.io.IOException;
import java.util.List;

/**
 * Encoder of the replies and pushes of the session protocol, except messages of rooms, as whole frames. Pure: values in, bytes
 * out.
 */
final class Replies {

    private Replies() {
    }

    /** @param maxPayload largest message that a client may send, in bytes */
    static byte[] welcome(Session session, SessionConfig.Heartbeat heartbeat, long maxPayload) {
        return Frames.json(ReplyJson.push("@welcome", json -> {
            json.writeStringField("id", session.id());
            writeOptional("user", session.self().user(), json);
            if (session.caller().identity().isNobody()) {
                json.writeStringField("auth", "required");
            }
            json.writeNumberField("maxPayload", maxPayload);
            json.writeObjectFieldStart("heartbeat");
            json.writeNumberField("interval", heartbeat.interval().toMillis());
            json.writeNumberField("timeout", heartbeat.timeout().toMillis());
            json.writeEndObject();
            writePlaces(session, json);
        }));
    }

    /** Writes the resume token and the session's stream positions by room. */
    private static void writePlaces(Session session, JsonGenerator json) throws IOException {
        json.writeStringField("resume", session.resumeToken());
        json.writeObjectFieldStart("places");
        for (Membership membership : session.memberships()) {
            json.writeObjectFieldStart(membership.room().name());
            ReplyJson.writeFields(membership.position(), json);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    static byte[] expiring(long expires) {
        return Frames.json(ReplyJson.push("@expiring", json -> json.writeNumberField("expires", expires)));
    }

    static byte[] authenticated(Long seq, Session session, Authentication.Authenticated done) {
        return reply(seq, json -> {
            ReplyJson.writeFields(done, json);
            if (done.first()) {
                writePlaces(session, json);
            }
        });
    }

    static byte[] goodbye(CloseReason reason, int reconnectAfterMillis) {
        return Frames.json(ReplyJson.goodbye(reason, reconnectAfterMillis));
    }

    static byte[] ok(Long seq) {
        return Frames.json(ReplyJson.reply(seq, 200, json -> {
        }));
    }

    static byte[] joined(Long seq, Joined joined) {
        return reply(seq, json -> ReplyJson.writeFields(joined, json));
    }

    static byte[] resumed(Long seq, Resumed resumed) {
        return reply(seq, json -> {
            json.writeStringField("id", resumed.self().id());
            writeOptional("user", resumed.self().user(), json);
            json.writeStringField("resume", resumed.token());
            json.writeArrayFieldStart("rooms");
            for (Joined joined : resumed.rooms()) {
                json.writeStartObject();
                ReplyJson.writeFields(joined, json);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static byte[] left(Long seq, RoomId room) {
        return reply(seq, json -> json.writeStringField("room", room.name()));
    }

    static byte[] sent(Long seq, PublishResult result) {
        return reply(seq, json -> ReplyJson.writeFields(result, json));
    }

    static byte[] members(Long seq, MemberPage<Presence> page) {
        return reply(seq, json -> {
            json.writeArrayFieldStart("members");
            for (Presence member : page.members()) {
                json.writeStartObject();
                json.writeStringField("id", member.who().id());
                writeOptional("user", member.who().user(), json);
                json.writeNumberField("since", member.since());
                json.writeEndObject();
            }
            json.writeEndArray();
            writeOptional("next", page.next(), json);
        });
    }

    static byte[] users(Long seq, MemberPage<MemberPage.User> page) {
        return reply(seq, json -> {
            json.writeArrayFieldStart("members");
            for (MemberPage.User user : page.members()) {
                json.writeStartObject();
                writeOptional("user", user.user(), json);
                json.writeNumberField("since", user.since());
                json.writeArrayFieldStart("sessions");
                for (String id : user.sessions()) {
                    json.writeString(id);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            writeOptional("next", page.next(), json);
        });
    }

    /** Writes a field, unless its value is null. */
    private static void writeOptional(String field, String value, JsonGenerator json) throws IOException {
        if (value != null) {
            json.writeStringField(field, value);
        }
    }

    static byte[] history(Long seq, History history) {
        return reply(seq, json -> {
            ReplyJson.writeFields(history.head(), json);
            MessageJson.writeMessages(history, json);
        });
    }

    /** Encodes the result of a handler: no value, or one. */
    static byte[] called(Long seq, List<Object> values) {
        return Frames.json(ReplyJson.reply(seq, 200, json -> {
            if (!values.isEmpty()) {
                json.writeFieldName("body");
                json.writeRawValue(Values.json(values.get(0)));
            }
        }));
    }

    static byte[] error(Long seq, ErrorReply error) {
        return error(seq, error.code(), switch (error.subject()) {
            case PARAMETER -> "params." + error.getMessage();
            case COMMAND -> "cmd: " + error.getMessage();
            case REQUEST -> error.getMessage();
        });
    }

    static byte[] error(Long seq, int code, String error) {
        return Frames.json(ReplyJson.reply(seq, code, json -> json.writeStringField("error", error)));
    }

    static byte[] reply(Long seq, Json.Value body) {
        return Frames.json(ReplyJson.reply(seq, 200, ReplyJson.body(body)));
    }
}
