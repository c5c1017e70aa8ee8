package dev.atrium.application;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Json;
import dev.atrium.gateway.JsonData;
import dev.atrium.room.Data;
import java.util.ArrayList;
import java.util.List;

/** Conversion of event arguments to message data and back. The application's {@link ObjectMapper} writes its values. */
public final class Values {

    /** For trees, and for what replicas send to each other. */
    static final ObjectMapper JSON = Json.mapper().findAndRegisterModules();

    /** Buffers in one event that the stock client of Socket.IO accepts: at more it closes its connection. */
    private static final int USUAL_BUFFERS = 10;

    /** That of the application; static, because a process has one application. */
    private static volatile ObjectMapper mapper = JSON;
    private static volatile int mostBuffers = USUAL_BUFFERS;

    private Values() {
    }

    /** Sets the application's mapper, which writes its values. */
    static void use(ObjectMapper mapper) {
        Values.mapper = mapper;
    }

    /** Sets how many buffers clients accept in one event, if they are more than usual. */
    static void useBuffers(int most) {
        mostBuffers = Math.max(USUAL_BUFFERS, most);
    }

    /**
     * Converts one value to a tree; bytes are binary nodes.
     *
     * @throws IllegalArgumentException for a value that the mapper cannot write
     */
    static JsonNode tree(Object value) {
        try {
            return mapper.valueToTree(value);
        } catch (StackOverflowError e) {
            // A list or a map that contains itself, which Jackson follows until the stack ends. It is no fault of the thread's.
            throw new IllegalArgumentException("expected a value that does not contain itself", e);
        }
    }

    /**
     * Converts arguments to the data of a message.
     *
     * @throws ErrorReply 400 for an object that looks like a placeholder for bytes, if there are bytes; for more buffers than
     *         clients accept
     */
    public static Data toData(Object... arguments) {
        if (arguments.length == 1 && arguments[0] instanceof String text) {
            return JsonData.text(text);
        }
        if (arguments.length == 1 && arguments[0] instanceof byte[] bytes) {
            return new Data.Binary(bytes);
        }
        Data.Arguments all = toArguments(arguments);
        return arguments.length == 1 && all.attachments().isEmpty()
                ? new Data.Json(all.json().substring(1, all.json().length() - 1))
                : all;
    }

    /** Converts arguments to data that is always a list of arguments; throws as {@link #toData}. */
    static Data.Arguments toArguments(Object... arguments) {
        List<byte[]> attachments = new ArrayList<>();
        ArrayNode array = JSON.createArrayNode();
        for (Object argument : arguments) {
            array.add(JsonData.replaced(tree(argument), value -> value instanceof BinaryNode binary
                    ? placeholder(binary, attachments)
                    : known(value)));
        }
        if (!attachments.isEmpty() && placeholders(array) > attachments.size()) {
            // Clients would look for bytes that are not there, and close their connections.
            throw ErrorReply.badRequest("arguments: an object with \"_placeholder\": true cannot be sent with bytes");
        }
        if (attachments.size() > mostBuffers) {
            throw ErrorReply.badRequest("arguments: expected at most " + mostBuffers + " buffers, got " + attachments.size());
        }
        return new Data.Arguments(JsonData.escaped(array.toString()), attachments);
    }

    /** Converts one value to JSON; bytes are base64. */
    public static String json(Object value) {
        return JsonData.escaped(JsonData.replaced(tree(value), Values::known).toString());
    }

    /**
     * Converts data to one node for each argument; bytes are binary nodes.
     *
     * @throws ErrorReply 400 for a value that Java cannot represent
     */
    public static List<JsonNode> toNodes(Data data) {
        try {
            if (data instanceof Data.Binary binary) {
                return List.of(BinaryNode.valueOf(binary.bytes()));
            }
            if (data instanceof Data.Arguments arguments) {
                List<JsonNode> nodes = new ArrayList<>();
                JsonData.withBytes(JSON.readTree(arguments.json()), arguments.attachments(), BinaryNode::valueOf)
                        .forEach(nodes::add);
                return nodes;
            }
            return List.of(data instanceof Data.Text text ? JSON.getNodeFactory().textNode(text.text())
                    : JSON.readTree(((Data.Json) data).json()));
        } catch (JsonProcessingException e) {
            // Valid JSON, but more than Jackson accepts: a number of a thousand digits, for example.
            throw ErrorReply.badRequest("arguments: " + e.getOriginalMessage());
        }
    }

    private static JsonNode placeholder(BinaryNode binary, List<byte[]> attachments) {
        attachments.add(binary.binaryValue());
        return JSON.createObjectNode().put("_placeholder", true).put("num", attachments.size() - 1);
    }

    private static int placeholders(JsonNode value) {
        int count = JsonData.isPlaceholder(value) ? 1 : 0;
        for (JsonNode child : value) {
            count += placeholders(child);
        }
        return count;
    }

    /** JSON has neither NaN nor infinities, which Jackson would write as texts; {@code JSON.stringify} writes null. */
    private static JsonNode known(JsonNode value) {
        return value instanceof NumericNode number && number.isNaN() ? NullNode.instance : value;
    }
}
