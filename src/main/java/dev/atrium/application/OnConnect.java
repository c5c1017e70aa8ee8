package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Handler that is called when a client of Socket.IO connects to the namespace, before it receives anything there. The client is
 * admitted when the method has returned, or its {@code Uni} or {@code CompletionStage} has completed; a
 * {@link RefusedException} rejects it.
 *
 * <p>
 * Parameters: the {@link Client}, and its {@code auth} payload as any type that Jackson reads.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnConnect {
}
