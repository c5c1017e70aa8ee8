package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.room.Data;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** JSON data of clients. It is validated, but kept as it was written. Pure. */
public final class JsonData {

    private static final ObjectMapper TREES = Json.mapper();

    private JsonData() {
    }

    /**
     * Parses a whole text as data.
     *
     * @throws ErrorReply 400 if it is not one JSON value
     */
    public static Data parse(String text) {
        try (JsonParser json = Json.parser(text)) {
            if (json.nextToken() == null) {
                throw ErrorReply.badRequest("body: expected a JSON value");
            }
            Data data = read(json, text);
            if (json.nextToken() != null) {
                throw ErrorReply.badRequest("body: expected one JSON value and nothing after it");
            }
            return data;
        } catch (JsonProcessingException e) {
            throw ErrorReply.badRequest("body: " + Json.fault(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Data that is neither text nor bytes, as one JSON value. Several arguments become an array, and bytes within them become
     * objects like those of binary messages, with {@code encoding} and {@code data}.
     */
    public static String shown(Data data) {
        if (data instanceof Data.Json json) {
            return json.json();
        }
        Data.Arguments arguments = (Data.Arguments) data;
        try {
            String array = arguments.attachments().isEmpty() ? arguments.json() : withBase64(arguments);
            return switch (items(array)) {
                case 0 -> "null";
                case 1 -> array.substring(1, array.length() - 1);
                default -> array;
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Each attachment is shown once: a thousand copies of one that a message refers to so often would take all memory. */
    private static String withBase64(Data.Arguments arguments) throws IOException {
        Set<byte[]> shown = Collections.newSetFromMap(new IdentityHashMap<>());
        return escaped(withBytes(TREES.readTree(arguments.json()), arguments.attachments(),
                bytes -> shown.add(bytes) ? TREES.createObjectNode().put("encoding", "base64").put("data", bytes)
                        : TREES.nullNode())
                .toString());
    }

    private static int items(String array) throws IOException {
        try (JsonParser json = Json.parser(array)) {
            json.nextToken();
            int items = 0;
            while (json.nextToken() != JsonToken.END_ARRAY) {
                json.skipChildren();
                items++;
            }
            return items;
        }
    }

    /**
     * Returns a string as data. One with half of a surrogate pair, which UTF-8 cannot encode, is kept as JSON, which can: it
     * arrives as it was sent, like one inside of a JSON value.
     */
    public static Data text(String text) {
        if (isWellFormed(text)) {
            return new Data.Text(text);
        }
        return new Data.Json('"' + escaped(new String(JsonStringEncoder.getInstance().quoteAsString(text))) + '"');
    }

    /** Returns whether each surrogate of a text is one half of a pair. */
    static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnpaired(text, i)) {
                return false;
            }
        }
        return true;
    }

    /** Escapes unpaired surrogates in JSON, because UTF-8 cannot encode them. */
    public static String escaped(String json) {
        if (isWellFormed(json)) {
            return json;
        }
        StringBuilder escaped = new StringBuilder(json.length() + 16);
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (isUnpaired(json, i)) {
                escaped.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean isUnpaired(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
        }
        return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
    }

    public static boolean isPlaceholder(JsonNode value) {
        return value.path("_placeholder").booleanValue();
    }

    /** Replaces the placeholders in a tree, which is changed, by values made from their bytes; by null if there are none. */
    public static JsonNode withBytes(JsonNode value, List<byte[]> attachments, Function<byte[], JsonNode> instead) {
        return attachments.isEmpty() ? value
                : replaced(value, each -> isPlaceholder(each) ? bytes(each.path("num"), attachments, instead) : each);
    }

    private static JsonNode bytes(JsonNode number, List<byte[]> attachments, Function<byte[], JsonNode> instead) {
        return number.isInt() && number.intValue() >= 0 && number.intValue() < attachments.size()
                ? instead.apply(attachments.get(number.intValue()))
                : TREES.nullNode();
    }

    /** Replaces each value in a tree for which the function returns another one. The tree itself is changed. */
    public static JsonNode replaced(JsonNode value, UnaryOperator<JsonNode> replacement) {
        JsonNode replaced = replacement.apply(value);
        if (replaced != value) {
            return replaced;
        }
        if (value instanceof ObjectNode object) {
            object.properties().forEach(field -> field.setValue(replaced(field.getValue(), replacement)));
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, replaced(array.get(i), replacement));
            }
        }
        return value;
    }

    /**
     * Reads the value at which the parser stands, and moves the parser to its end.
     *
     * @param text the parser's input
     */
    public static Data read(JsonParser json, String text) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            return text(json.getText());
        }
        if (!token.isStructStart()) {
            return new Data.Json(json.getText());
        }
        int start = (int) json.currentTokenLocation().getCharOffset();
        json.skipChildren();
        int end = (int) json.currentLocation().getCharOffset();
        // In formats of one line per message, a line break between tokens would end the line; inside strings it is escaped.
        return new Data.Json(text.substring(start, end).replace('\n', ' ').replace('\r', ' '));
    }
}
