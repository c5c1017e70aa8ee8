package dev.atrium.transport.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.msgpack.core.ExtensionTypeHeader;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.jackson.dataformat.MessagePackExtensionType;

/**
 * Values of JavaScript that MessagePack has and JSON has not, as {@code JSON.stringify} writes them: dates, which are a
 * timestamp, or milliseconds as notepack 2 packs them, and {@code undefined}.
 */
final class EmitterValues {

    private static final byte TIMESTAMP = -1;
    private static final byte NOTEPACK = 0;
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'")
            .withZone(ZoneOffset.UTC);

    private EmitterValues() {
    }

    /** Returns the value with only what JSON has; an object or array is changed in place. */
    static JsonNode json(JsonNode value) {
        if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : List.copyOf(object.properties())) {
                JsonNode known = json(field.getValue());
                if (known == NullNode.instance && field.getValue() != known) {
                    // JSON.stringify leaves out a property that is undefined.
                    object.remove(field.getKey());
                } else {
                    object.set(field.getKey(), known);
                }
            }
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, json(array.get(i)));
            }
        } else if (value instanceof POJONode extension) {
            return extension.getPojo() instanceof MessagePackExtensionType packed ? unpacked(packed) : NullNode.instance;
        }
        return value;
    }

    private static JsonNode unpacked(MessagePackExtensionType packed) {
        byte[] bytes = packed.getData();
        try {
            if (packed.getType() == TIMESTAMP) {
                try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
                    return date(unpacker.unpackTimestamp(new ExtensionTypeHeader(TIMESTAMP, bytes.length)));
                }
            }
            return packed.getType() == NOTEPACK && bytes.length == Long.BYTES
                    ? date(Instant.ofEpochMilli(ByteBuffer.wrap(bytes).getLong()))
                    : NullNode.instance;
        } catch (IOException | MessagePackException | DateTimeException e) {
            return NullNode.instance;
        }
    }

    private static JsonNode date(Instant date) {
        return TextNode.valueOf(DATE.format(date));
    }
}
