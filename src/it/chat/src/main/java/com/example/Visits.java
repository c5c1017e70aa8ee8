package com.example;

import jakarta.enterprise.context.RequestScoped;

/** A bean of the request, or of the call of a handler. */
@RequestScoped
public class Visits {

    private int count;

    int next() {
        return ++count;
    }
}
