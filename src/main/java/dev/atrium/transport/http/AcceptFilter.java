package dev.atrium.transport.http;

import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Request filter that rejects clients that exclude JSON with quality 0 (RFC 9110 section 12.5.1), before their request is
 * executed: Jakarta REST treats quality 0 as the lowest preference, and would send it.
 */
public class AcceptFilter {

    /** Marks the resources that the filter applies to, whose methods produce JSON. An application has others. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @Target({ ElementType.TYPE, ElementType.METHOD })
    public @interface JsonOnly {
    }

    /** @throws NotAcceptableException if JSON is excluded */
    @ServerRequestFilter
    @JsonOnly
    public void requireJson(ContainerRequestContext request) {
        String accept = request.getHeaderString(HttpHeaders.ACCEPT);
        // Without parameters it has no qualities: most clients send */*, and it is not parsed for each of their messages.
        if (accept != null && accept.indexOf('=') >= 0 && Representation.excludesJson(accept)) {
            throw new NotAcceptableException();
        }
    }
}
