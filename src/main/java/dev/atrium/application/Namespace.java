package dev.atrium.application;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a class whose methods handle the events of clients in a namespace, and makes it a bean: {@code @Singleton}, unless it
 * has another scope. A namespace has at most one such bean; with one, the server gives events of the namespace no meaning of
 * its own.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Namespace {

    /** Name of the namespace. */
    String value() default "/";
}
