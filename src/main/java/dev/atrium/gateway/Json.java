package dev.atrium.gateway;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Encoder and parser of JSON without a tree, for all transports: a factory keeps its buffers. Pure. */
public final class Json {

    /** It keeps no names of fields: clients could fill the memory with twelve thousand of 50,000 characters each. */
    static final JsonFactory FACTORY = factory(StreamReadConstraints.DEFAULT_MAX_DEPTH);

    private static final ObjectMapper MAPPER = mapper();
    private static final int FIRST_BYTES = 256;

    /** What the messages of the parser tell about the parser, and not about the text. */
    private static final Pattern OF_PARSER = Pattern.compile(
            ", from `[^`]*`| \\(start marker at .*\\)$|: enable `.*| \\(not recognized as one since .*\\)$");

    private Json() {
    }

    /** Writer of one JSON value, or of the fields of an object. */
    public interface Value {

        /** @throws IOException never, because the generator writes to memory */
        void write(JsonGenerator json) throws IOException;
    }

    /** Encodes a value in UTF-8. */
    public static byte[] bytes(Value value) {
        return bytes(value, null);
    }

    /**
     * Encodes a value in UTF-8, then a newline and the attachment.
     *
     * @param attachment null for neither
     */
    public static byte[] bytes(Value value, byte[] attachment) {
        try (ByteArrayBuilder out = new ByteArrayBuilder(FIRST_BYTES); JsonGenerator json = FACTORY.createGenerator(out)) {
            value.write(json);
            json.flush();
            if (attachment != null) {
                out.append('\n');
                out.write(attachment);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String text(Value value) {
        return new String(bytes(value), StandardCharsets.UTF_8);
    }

    /** Encodes the components of a record in UTF-8. */
    static byte[] encoded(Object record) {
        try {
            return MAPPER.writeValueAsBytes(record);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IOException never, because the parser reads from memory */
    public static JsonParser parser(String text) throws IOException {
        return FACTORY.createParser(text);
    }

    /** Returns what is wrong with a text that was not parsed, which can be JSON nested more deeply than the parser follows. */
    public static String fault(JsonProcessingException failure) {
        return (failure instanceof StreamConstraintsException ? "" : "not JSON: ")
                + OF_PARSER.matcher(failure.getOriginalMessage()).replaceAll("");
    }

    /** Returns a factory of parsers of what clients have sent, with so many levels of nesting at most. */
    public static JsonFactory factory(int deepest) {
        return new JsonFactoryBuilder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(deepest).build()).build();
    }

    /** Returns a new mapper for trees of what clients have sent. */
    public static ObjectMapper mapper() {
        return new ObjectMapper(FACTORY.copy());
    }
}
