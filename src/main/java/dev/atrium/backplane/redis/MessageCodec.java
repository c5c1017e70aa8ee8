package dev.atrium.backplane.redis;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import dev.atrium.room.Audience;
import dev.atrium.room.Data;
import dev.atrium.room.Presence;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.Publication;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Codec of the values in Redis: a line of JSON, readable with {@code redis-cli}, a newline, and the raw data. Stateless. */
final class MessageCodec {

    private static final JsonFactory JSON = new JsonFactory();

    private MessageCodec() {
    }

    /** Encodes a publication. The room is included only if it is a session's, whose channel it shares with other sessions. */
    static byte[] encode(Publication publication) {
        byte[] data;
        String kind;
        if (publication.data() instanceof Data.Text text) {
            kind = "text";
            data = text.text().getBytes(StandardCharsets.UTF_8);
        } else if (publication.data() instanceof Data.Json json) {
            kind = "json";
            data = json.json().getBytes(StandardCharsets.UTF_8);
        } else if (publication.data() instanceof Data.Arguments arguments) {
            kind = "arguments";
            data = bytes(arguments);
        } else {
            kind = "binary";
            data = ((Data.Binary) publication.data()).bytes();
        }
        return write(data, json -> {
            json.writeStringField("event", publication.event());
            json.writeStringField("kind", kind);
            if (publication.room().isSession()) {
                json.writeStringField("ns", publication.room().namespace());
                json.writeStringField("room", publication.room().name());
            }
            writeSender(json, publication.from());
            if (!publication.echo()) {
                json.writeBooleanField("echo", false);
            }
            if (publication.audience() != null) {
                write(json, "to", publication.audience().rooms());
                write(json, "except", publication.audience().except());
            }
            if (publication.traceparent() != null) {
                json.writeStringField("traceparent", publication.traceparent());
            }
        });
    }

    /** @param room the room of the channel; null for a replica's channel, where the header names the session's room */
    static Publication decode(RoomId room, byte[] bytes, int from) {
        Header header = new Header(bytes, from);
        RoomId where = room != null ? room : new RoomId(header.namespace, header.room);
        Data data = switch (header.kind) {
            case "text" -> new Data.Text(header.text());
            case "json" -> new Data.Json(header.text());
            case "arguments" -> arguments(ByteBuffer.wrap(bytes, header.end, bytes.length - header.end));
            default -> new Data.Binary(Arrays.copyOfRange(bytes, header.end, bytes.length));
        };
        return new Publication(where, header.event, data, header.sender(), header.echo, header.audience(), null,
                header.traceparent);
    }

    /** Encodes the parts, each after its length in 4 bytes: the JSON, then the attachments. */
    private static byte[] bytes(Data.Arguments arguments) {
        List<byte[]> parts = new ArrayList<>(arguments.attachments());
        parts.add(0, arguments.json().getBytes(StandardCharsets.UTF_8));
        ByteBuffer buffer = ByteBuffer.allocate(parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum());
        parts.forEach(part -> buffer.putInt(part.length).put(part));
        return buffer.array();
    }

    private static Data arguments(ByteBuffer buffer) {
        List<byte[]> parts = new ArrayList<>();
        while (buffer.hasRemaining()) {
            byte[] part = new byte[buffer.getInt()];
            buffer.get(part);
            parts.add(part);
        }
        return new Data.Arguments(new String(parts.get(0), StandardCharsets.UTF_8),
                List.copyOf(parts.subList(1, parts.size())));
    }

    static byte[] encode(PresenceEvent event) {
        return write(new byte[0], json -> {
            json.writeStringField("event", event.change().name());
            writeSender(json, event.who());
        });
    }

    static PresenceEvent decodePresenceEvent(RoomId room, byte[] bytes, int from) {
        Header header = new Header(bytes, from);
        return new PresenceEvent(room, PresenceEvent.Change.valueOf(header.event), header.sender());
    }

    /** Encodes a presence entry. It begins with {@link #ownedBy}, by which scripts recognize the owning replica. */
    static byte[] encode(Presence presence, String node) {
        return write(new byte[0], json -> {
            json.writeStringField("node", node);
            writeSender(json, presence.who());
            json.writeNumberField("since", presence.since());
        });
    }

    static String ownedBy(String node) {
        return "{\"node\":\"" + node + '"';
    }

    static NodePresence decodePresence(byte[] bytes) {
        Header header = new Header(bytes, 0);
        if (header.node == null || header.id == null) {
            throw new IllegalArgumentException("expected a node and an id");
        }
        return new NodePresence(header.node, new Presence(header.sender(), header.since));
    }

    /** Presence of a session with the replica that owns it. */
    record NodePresence(String node, Presence presence) {
    }

    private interface Fields {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] write(byte[] data, Fields fields) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(128 + data.length);
                JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
            json.flush();
            out.append('\n');
            out.write(data);
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(JsonGenerator json, String field, Set<String> names) throws IOException {
        json.writeFieldName(field);
        json.writeArray(names.toArray(String[]::new), 0, names.size());
    }

    private static void writeSender(JsonGenerator json, Sender sender) throws IOException {
        if (sender != null) {
            if (sender.id() != null) {
                json.writeStringField("id", sender.id());
            }
            if (sender.user() != null) {
                json.writeStringField("user", sender.user());
            }
        }
    }

    /** Header of a value: the line of JSON. Unknown fields are skipped, so that a newer version can run side by side. */
    private static final class Header {

        private final byte[] bytes;
        private final int end;
        private String event;
        private String kind = "binary";
        private String namespace;
        private String room;
        private String node;
        private String id;
        private String user;
        private long since;
        private boolean echo = true;
        private Set<String> to;
        private Set<String> except;
        private String traceparent;

        Header(byte[] bytes, int from) {
            this.bytes = bytes;
            int newline = from;
            while (bytes[newline] != '\n') {
                newline++;
            }
            this.end = newline + 1;
            try (JsonParser json = JSON.createParser(bytes, from, newline - from)) {
                json.nextToken();
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String field = json.currentName();
                    json.nextToken();
                    read(field, json);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void read(String field, JsonParser json) throws IOException {
            switch (field) {
                case "event" -> event = json.getText();
                case "kind" -> kind = json.getText();
                case "ns" -> namespace = json.getText();
                case "room" -> room = json.getText();
                case "node" -> node = json.getText();
                case "id" -> id = json.getText();
                case "user" -> user = json.getText();
                case "since" -> since = json.getLongValue();
                case "to" -> to = names(json);
                case "except" -> except = names(json);
                case "traceparent" -> traceparent = json.getText();
                case "echo" -> echo = json.getBooleanValue();
                default -> json.skipChildren();
            }
        }

        private static Set<String> names(JsonParser json) throws IOException {
            Set<String> names = new HashSet<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                names.add(json.getText());
            }
            return names;
        }

        Audience audience() {
            return to == null ? null : new Audience(to, except);
        }

        Sender sender() {
            return id == null && user == null ? null : new Sender(id, user);
        }

        String text() {
            return new String(bytes, end, bytes.length - end, StandardCharsets.UTF_8);
        }
    }
}
