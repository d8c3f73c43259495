# layers.cmake - who may include whom, and the one door of each third-party header.
# Run: cmake -D ROOT=. -P tests/lint/layers.cmake; every violation is a line, and fails the script.

# A room may include itself, what is listed here, and (but for tui/screen and tui/widget) weir/*.h.
set(core_base "")
set(core_flow base)
set(core_store base flow)
set(core_query base flow store)
set(core_detect base flow)
set(core_view base flow store query detect)
set(core_aws base)
set(core_source base aws)
set(core_vpc base aws)
set(core_explain base vpc)
set(core_session base flow store query detect view aws source vpc explain)
set(tui_screen "")
set(tui_widget screen)
set(tui_pane widget screen)
set(tui_cli "")
set(tui_app cli pane widget screen)
set(main_rooms app cli screen)
set(blind_rooms tui/screen tui/widget) # of weir/*.h they may see these alone:
set(blind_headers weir/safe.h weir/status.h)

# header that it is about, files that may include it
set(doors
  "n?curses|term" "^tui/screen/term[a-z_]*\\.c$"
  "pcre2" "^core/query/match\\.c$"
  "zlib" "^core/base/(inflate|crc)\\.c$"
  "curl/[a-z]+" "^core/aws/http\\.c$"
  "openssl/[a-z]+" "^core/aws/sign\\.c$"
  "maxminddb" "^core/vpc/geo\\.c$"
  "expat" "^core/aws/xml\\.c$"
  "utf8proc" "^(core/base/safe|tui/screen/text)\\.c$"
  "ini" "^tui/screen/theme[a-z_]*\\.c$"
  "xxhash" "^core/.*\\.c$"
  "jansson" "^(core/flow/envelope|core/(aws|vpc|explain)/[a-z_]+|tui/cli/[a-z_]+)\\.c$")

cmake_minimum_required(VERSION 3.21)
get_filename_component(ROOT ${ROOT} ABSOLUTE)
set(violations 0)
function(violation file text)
  message("${file}: ${text}")
  math(EXPR count "${violations} + 1")
  set(violations ${count} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/core/*.[ch] ${ROOT}/tui/*.[ch])
if(NOT files)
  message(FATAL_ERROR "no C files below ${ROOT}")
endif()

foreach(file ${files})
  string(REGEX REPLACE "^([a-z]+)/([a-z]+)/.*" "\\1/\\2" room ${file})
  file(STRINGS ${ROOT}/${file} includes REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]")
  foreach(line ${includes})
    if(line MATCHES "\"([a-z_]+)/([^\"]*)\"")
      set(to ${CMAKE_MATCH_1})
      set(header ${CMAKE_MATCH_1}/${CMAKE_MATCH_2})
      if(file MATCHES "^core/include/weir/")
        if(NOT to STREQUAL weir)
          violation(${file} "a public header includes ${header}")
        endif()
      elseif(to STREQUAL weir)
        if(room IN_LIST blind_rooms AND NOT header IN_LIST blind_headers)
          violation(${file} "${room} must not know ${header}")
        endif()
      else()
        if(file STREQUAL tui/main.c)
          set(allowed ${main_rooms})
        else()
          string(REPLACE / _ row ${room})
          get_filename_component(own ${room} NAME)
          if(NOT DEFINED ${row})
            violation(${file} "the room ${room} has no row in tests/lint/layers.cmake")
          endif()
          set(allowed ${own} ${${row}})
        endif()
        if(NOT to IN_LIST allowed)
          violation(${file} "${room} must not include ${header}")
        endif()
      endif()
    elseif(line MATCHES "\"")
      violation(${file} "name the room: ${line}")
    endif()

    set(rest ${doors})
    while(rest)
      list(POP_FRONT rest header door)
      if(NOT file MATCHES "${door}" AND line MATCHES "<(ncursesw?/)?(${header})\\.h>")
        violation(${file} "${CMAKE_MATCH_2}.h has one door: ${door}")
      endif()
    endwhile()
  endforeach()
endforeach()

if(violations)
  message(FATAL_ERROR "${violations} forbidden includes")
endif()
