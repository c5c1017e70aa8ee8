package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.room.Data;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Function;

/** JSON that clients send as data. It is checked, but taken over as it was written. Pure. */
public final class JsonData {

    private static final JsonFactory JSON = new JsonFactory();

    /** Numbers as they were written, or at least their value. */
    private static final ObjectMapper TREES = new ObjectMapper(JSON).enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private JsonData() {
    }

    /**
     * A whole text as data.
     *
     * @throws Refusal 400 if it is not one JSON value
     */
    public static Data parse(String text) {
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() == null) {
                throw Refusal.badRequest("body: expected a JSON value");
            }
            Data data = read(json, text);
            if (json.nextToken() != null) {
                throw Refusal.badRequest("body: expected one JSON value and nothing after it");
            }
            return data;
        } catch (JsonProcessingException e) {
            throw Refusal.badRequest("body: not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Data that is no text and no bytes as one JSON value. Of several arguments it is an array, and bytes within are objects
     * like those of binary messages, with {@code encoding} and {@code data}.
     */
    public static String shown(Data data) {
        if (data instanceof Data.Json json) {
            return json.json();
        }
        Data.Arguments arguments = (Data.Arguments) data;
        try {
            JsonNode values = withBytes(TREES.readTree(arguments.json()), arguments.attachments(),
                    bytes -> TREES.createObjectNode().put("encoding", "base64").put("data", bytes));
            return switch (values.size()) {
                case 0 -> "null";
                case 1 -> values.get(0).toString();
                default -> values.toString();
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tree in which something else stands where a placeholder stood for bytes. The tree itself is changed. */
    public static JsonNode withBytes(JsonNode value, List<byte[]> attachments, Function<byte[], JsonNode> instead) {
        if (value.path("_placeholder").asBoolean() && !attachments.isEmpty()) {
            return instead.apply(attachments.get(value.path("num").asInt()));
        }
        if (value instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(withBytes(field.getValue(), attachments, instead)));
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withBytes(array.get(i), attachments, instead));
            }
        }
        return value;
    }

    /**
     * The value at which the parser stands, and moves the parser to its end.
     *
     * @param text what the parser reads
     */
    public static Data read(JsonParser json, String text) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return new Data.Text(json.getText());
        }
        if (!token.isStructStart()) {
            return new Data.Json(json.getText());
        }
        int start = (int) json.currentTokenLocation().getCharOffset();
        json.skipChildren();
        int end = (int) json.currentLocation().getCharOffset();
        // A line break between tokens would end the line of the formats that have one; inside strings it is escaped.
        return new Data.Json(text.substring(start, end).replace('\n', ' ').replace('\r', ' '));
    }
}
