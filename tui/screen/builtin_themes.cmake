# Writes OUT, a C file that holds every THEMES/*.theme. Run with cmake -D OUT=... -D THEMES=... -P.
file(GLOB files ${THEMES}/*.theme)
list(REMOVE_ITEM files ${THEMES}/default.theme)
list(SORT files)
list(PREPEND files ${THEMES}/default.theme)

set(bytes "")
set(table "")
foreach(file ${files})
  get_filename_component(name ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER "theme_${name}" id)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
  string(REPLACE "0x0a," "0x0a,\n" hex "${hex}")
  string(APPEND bytes "static const unsigned char ${id}[] = {\n${hex}\n};\n")
  string(APPEND table "    {\"${name}\", ${id}, sizeof ${id}},\n")
endforeach()
file(WRITE ${OUT} "/* Made from themes/ by builtin_themes.cmake. */
#include \"screen/theme_file.h\"

${bytes}
const struct theme_copy theme_copies[] = {
${table}};
const size_t theme_copy_count = sizeof theme_copies / sizeof *theme_copies;
")
