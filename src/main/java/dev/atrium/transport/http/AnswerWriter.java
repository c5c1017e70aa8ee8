package dev.atrium.transport.http;

import dev.atrium.gateway.JsonAnswer;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Writer of Atrium's answers in place of Quarkus's, which has the mapper of the application. */
@Provider
public class AnswerWriter implements ServerMessageBodyWriter<JsonAnswer> {

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, ResteasyReactiveResourceInfo target, MediaType mediaType) {
        return true;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return true;
    }

    @Override
    public void writeResponse(JsonAnswer answer, Type genericType, ServerRequestContext context) {
        // Whole, with its length: as a stream a long list would be in chunks.
        context.serverResponse().end(answer.json());
    }

    @Override
    public void writeTo(JsonAnswer answer, Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType,
            MultivaluedMap<String, Object> headers, OutputStream body) throws IOException {
        body.write(answer.json());
    }
}
