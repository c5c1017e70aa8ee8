package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Called when a client of Socket.IO wants to be let into the namespace, before it hears anything there. It is let in when the
 * method has returned, or its {@code Uni} has completed; with a {@link RefusedException} it is not.
 *
 * <p>Parameters: the {@link Client}, and what the client says of itself, {@code auth}, as any type that Jackson reads.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OnConnect {
}
