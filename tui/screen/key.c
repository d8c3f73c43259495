/* key.c - names of keys, both ways, from one table.
 * Ctrl with a letter is written "^D"; what has a name of its own (Tab, Enter, Esc) is never written so. */
#include "screen/key.h"

#include <stdio.h>
#include <string.h>

#include "screen/scope.h"
#include "screen/text.h"

static const struct {
    key k;
    const char *name;
} names[] = {
    {K_TAB, "Tab"},
    {K_ENTER, "Enter"},
    {K_ESC, "Esc"},
    {K_SPACE, "Space"},
    {K_UP, "Up"},
    {K_DOWN, "Down"},
    {K_LEFT, "Left"},
    {K_RIGHT, "Right"},
    {K_HOME, "Home"},
    {K_END, "End"},
    {K_PGUP, "PgUp"},
    {K_PGDN, "PgDn"},
    {K_BACKSPACE, "Backspace"},
    {K_DELETE, "Delete"},
    {K_SHIFT_TAB, "S-Tab"},
    {K_F1, "F1"},
    {K_F2, "F2"},
    {K_F3, "F3"},
    {K_F4, "F4"},
    {K_F5, "F5"},
    {K_F6, "F6"},
    {K_F7, "F7"},
    {K_F8, "F8"},
    {K_F9, "F9"},
    {K_F10, "F10"},
    {K_F11, "F11"},
    {K_F12, "F12"},
    {K_RESIZE, "Resize"},
    {K_PASTE_BEGIN, "PasteBegin"},
    {K_PASTE_END, "PasteEnd"},
    {K_HANGUP, "Hangup"},
};

const char *key_name(key k, char *buffer, int size)
{
    if (size <= 0)
        return buffer;
    size_t room = (size_t)size;
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (names[i].k == k) {
            snprintf(buffer, room, "%s", names[i].name);
            return buffer;
        }
    }
    char bytes[5] = "";
    if (k > 0 && k < ' ')
        snprintf(buffer, room, "^%c", (char)(k + '@'));
    else if (k > ' ' && k != 0x7f && text_encode(k, bytes))
        snprintf(buffer, room, "%s", bytes);
    else
        snprintf(buffer, room, "?");
    return buffer;
}

bool key_parse(const char *name, key *out)
{
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        if (!strcmp(names[i].name, name)) {
            *out = names[i].k;
            return true;
        }
    }
    if (name[0] == '^' && name[1] >= '@' && name[1] <= '_' && !name[2]) {
        key k = K_CTRL(name[1]);
        *out = k == K_CTRL('j') ? K_ENTER : k;
        return k != K_NONE;
    }
    uint32_t codepoint;
    size_t len = strlen(name);
    if (!len || text_decode(name, len, &codepoint) != len || codepoint <= ' ' || codepoint == 0x7f)
        return false;
    *out = codepoint;
    return true;
}
